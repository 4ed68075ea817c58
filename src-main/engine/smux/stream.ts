import type { EngineError } from '../errors.ts';
import type { Timer } from '../runtime/world.ts';
import { ByteQueue } from './byte-queue.ts';
import {
  FIN,
  FRAME_HEADER_BYTES,
  INITIAL_WINDOW,
  PSH,
  SYN,
  UPD,
  UPDATE_BYTES,
  writeHeader,
  writeU32,
} from './frame.ts';
import type { SmuxSession } from './session.ts';
import type { FrameSink } from './sink.ts';

/** How long a destroyed stream may go on sending what was written to it (openCloseTimeout of smux). */
const LINGER_MS = 30_000;

const header = new Uint8Array(FRAME_HEADER_BYTES + UPDATE_BYTES);
const ignore = (): void => {};

/**
 * One stream of a session. Its owner sets the callbacks, calls `write`, and says by `consumed` what it has really got
 * rid of: that is what the flow control of both versions runs on.
 *
 * It leaves the session, and `onClose` is called, when both sides have ended, when it was destroyed and its FIN is
 * out, or when the session closes. What was delivered and not consumed goes on counting as unread: consume it or
 * destroy the stream.
 */
export class SmuxStream {
  /**
   * The bytes are the owner's from now on; who needs them no more may pass them to `giveBlock`. `last` is false when more
   * of the same turn follows at once.
   */
  onData: (chunk: Uint8Array, last: boolean) => void = ignore;
  /** The peer has ended its side, and all its data was delivered. */
  onEnd: () => void = ignore;
  /** After `write` has answered false: there is room again. */
  onDrain: () => void = ignore;
  /** The stream is gone; the reason when it is the session that closed. Not called for a stream destroyed before. */
  onClose: (reason?: EngineError) => void = ignore;

  /** Frames of this stream wait in the session's round of senders: it is linked there. */
  queued = false;
  /** The next in the session's round of senders. */
  next: SmuxStream | undefined;
  /** Data or an end wait for the session's flush. */
  fresh = false;

  readonly #version: number;
  readonly #inbox = new ByteQueue();
  readonly #outbox = new ByteQueue();
  #synDue: boolean;
  #updateDue = false;
  /** FIN goes out behind what was written */
  #ending = false;
  #finSent = false;
  #peerEnded = false;
  #endDelivered = false;
  #destroyed = false;
  /** has left the session */
  #gone = false;
  #wantsDrain = false;
  #linger: Timer | undefined;

  #written = 0;
  #received = 0;
  #receivedBefore = 0;
  /** received, and not yet said to be consumed */
  #unread = 0;
  /** version 2, all mod 2^32 */
  #framed = 0;
  #peerConsumed = 0;
  #peerWindow = INITIAL_WINDOW;
  #consumed = 0;
  #consumedSinceUpdate = 0;
  /** the window that the peer knows */
  #told = INITIAL_WINDOW;
  #updated = false;

  /** Made by the session: `opened` by us, with a SYN to send, or by the peer. */
  constructor(
    private readonly session: SmuxSession,
    readonly id: number,
    opened: boolean,
  ) {
    this.#version = session.version;
    this.#synDue = opened;
  }

  /** Payload bytes written to the stream, and received from the peer. */
  get written(): number {
    return this.#written;
  }
  get received(): number {
    return this.#received;
  }
  /** Bytes written that are not yet in a frame. */
  get pending(): number {
    return this.#outbox.length;
  }
  get unread(): number {
    return this.#unread;
  }

  /**
   * Takes the bytes, by copy. False: hold back until `onDrain`.
   * After `end`, `destroy` or the session's close the bytes are dropped.
   */
  write(chunk: Uint8Array): boolean {
    if (this.#ending) return true;
    this.#outbox.push(chunk, 0, chunk.length);
    this.#written += chunk.length;
    this.session.schedule(this);
    this.#wantsDrain = this.#outbox.length >= this.session.writeLimit;
    return !this.#wantsDrain;
  }

  /** Ends our side, behind what was written. The peer's side stays open, if it will (kcptun's does not). */
  end(): void {
    this.#ending = true;
    this.session.schedule(this);
  }

  /**
   * Closes both sides, as kcptun does: what was written is still sent unless the peer has ended, then FIN; what the
   * peer sends is dropped, and no callback comes any more.
   */
  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    this.onData = this.onEnd = this.onDrain = this.onClose = ignore;
    this.#inbox.clear();
    this.session.released(this.#unread);
    this.#unread = 0;
    if (this.#gone) return;
    if (this.#peerEnded) this.#outbox.clear();
    if (this.#outbox.length > 0)
      this.#linger = this.session.world.after(LINGER_MS, () => {
        this.#outbox.clear();
        this.session.schedule(this);
      });
    this.end();
    this.#leaveWhenDone();
  }

  /** The reader has got rid of n bytes of what `onData` brought. */
  consumed(n: number): void {
    if (this.#destroyed || n === 0) return;
    if (n > this.#unread)
      throw new RangeError(`stream ${this.id}: ${n} bytes consumed, expected at most ${this.#unread}`);
    this.#unread -= n;
    if (this.#version === 2) {
      this.#consumed = (this.#consumed + n) >>> 0;
      this.#consumedSinceUpdate += n;
      // an UPD after the first read tells the real window, the next ones half a window each (smux, tryReadV2)
      // and never later than that, though the next window may be a larger one
      const due = Math.min(this.session.updateBytes, this.#told / 2);
      if (!this.#updated || this.#consumedSinceUpdate >= due) {
        this.#updated = true;
        this.#consumedSinceUpdate = 0;
        if (!this.#peerEnded) {
          this.#updateDue = true;
          this.session.schedule(this);
        }
      }
    }
    this.session.released(n);
  }

  /** For the session: whether so many bytes have come since it was asked last. */
  broughtMuch(bytes: number): boolean {
    const brought = this.#received - this.#receivedBefore;
    this.#receivedBefore = this.#received;
    return brought >= bytes;
  }

  /** For the session: payload of one of our frames. Answers whether it was taken. */
  receive(bytes: Uint8Array, from: number, length: number): boolean {
    if (this.#peerEnded || this.#destroyed) return false;
    this.#inbox.push(bytes, from, length);
    this.#received += length;
    this.#unread += length;
    return true;
  }

  /** For the session: the peer's FIN. */
  receiveEnd(): void {
    this.#peerEnded = true;
    if (this.#destroyed) {
      // kcptun's peer has closed both sides: nobody is there to take the rest
      this.#outbox.clear();
      this.session.schedule(this);
    }
  }

  /** For the session: the peer's UPD. Answers false when it claims more than was ever sent. */
  receiveUpdate(consumed: number, window: number): boolean {
    if (((this.#framed - consumed) | 0) < 0) return false;
    this.#peerConsumed = consumed;
    this.#peerWindow = window;
    if (this.sendable) this.session.schedule(this);
    return true;
  }

  /** For the session: hands over what one turn has brought. */
  flush(): void {
    this.#inbox.drain(this.#deliver);
    if (this.#peerEnded && !this.#endDelivered) {
      this.#endDelivered = true;
      this.onEnd();
      this.#leaveWhenDone();
    }
  }

  /** For the session, which closes. */
  abandon(reason: EngineError): void {
    this.#ending = this.#gone = true;
    this.flush();
    this.#linger?.stop();
    this.#outbox.clear();
    this.onClose(reason);
  }

  /** Whether a frame could be written now. */
  get sendable(): boolean {
    if (this.#finSent || this.#gone) return false;
    if (this.#synDue || this.#updateDue) return true;
    return this.#outbox.length > 0 ? this.#room > 0 : this.#ending;
  }

  /** For the session: writes one frame; control first, FIN behind the data. */
  writeFrame(sink: FrameSink): void {
    const version = this.session.version;
    if (this.#synDue) {
      this.#synDue = false;
      writeHeader(header, version, SYN, 0, this.id);
      sink.write(header, 0, FRAME_HEADER_BYTES);
    } else if (this.#updateDue) {
      this.#updateDue = false;
      writeHeader(header, version, UPD, UPDATE_BYTES, this.id);
      writeU32(header, FRAME_HEADER_BYTES, this.#consumed);
      this.#told = this.session.streamWindow;
      writeU32(header, FRAME_HEADER_BYTES + 4, this.#told);
      sink.write(header, 0, FRAME_HEADER_BYTES + UPDATE_BYTES);
    } else if (this.#outbox.length > 0) {
      const { frameSize, frameLimit } = this.session;
      const length = Math.min(frameSize, Math.floor(frameLimit), this.#outbox.length, this.#room);
      writeHeader(header, version, PSH, length, this.id);
      sink.write(header, 0, FRAME_HEADER_BYTES);
      this.#outbox.moveTo(sink, length);
      this.#framed = (this.#framed + length) >>> 0;
      if (this.#wantsDrain && this.#outbox.length <= this.session.writeLimit / 2) {
        this.#wantsDrain = false;
        this.onDrain();
      }
    } else {
      writeHeader(header, version, FIN, 0, this.id);
      sink.write(header, 0, FRAME_HEADER_BYTES);
      this.#finSent = true;
      this.#leaveWhenDone();
    }
  }

  /** How many bytes the peer's window lets out. */
  get #room(): number {
    if (this.#version === 1) return Infinity;
    return this.#peerWindow - ((this.#framed - this.#peerConsumed) >>> 0);
  }

  #leaveWhenDone(): void {
    if (this.#gone || !this.#finSent || !(this.#destroyed || this.#endDelivered)) return;
    this.#gone = true;
    this.#linger?.stop();
    this.session.leave(this);
    this.onClose();
  }

  readonly #deliver = (chunk: Uint8Array, last: boolean): void => this.onData(chunk, last);
}
