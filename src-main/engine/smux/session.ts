import { MAX_INT32 } from '../../../shared/wire.ts';
import { EngineError } from '../errors.ts';
import type { Timer, World } from '../runtime/world.ts';
import { FrameDecoder, type FrameHandler } from './decoder.ts';
import { FRAME_HEADER_BYTES, MAX_PAYLOAD, NOP, type SmuxVersion, writeHeader } from './frame.ts';
import type { FrameSink } from './sink.ts';
import { SmuxStream } from './stream.ts';

/** What all sessions of an engine have alike. */
export interface SmuxSettings {
  version: SmuxVersion;
  /** payload bytes of a frame at most, 1 to 65535 */
  frameSize: number;
  /** unread bytes over all streams at which reading stops (smuxbuf) */
  receiveBuffer: number;
  /** version 2: unread bytes of one stream that the peer is told to keep to (streambuf) */
  streamBuffer: number;
  /** milliseconds between NOPs; 0 sends none */
  keepAliveMs: number;
  /** a session that received nothing for so many milliseconds closes; 0 never does */
  keepAliveTimeoutMs: number;
}

export interface SmuxOptions extends SmuxSettings {
  role: 'client' | 'server';
  world: World;
  /** Frames wait where none did: call `pump`. */
  onPending: () => void;
  /** `readable` is true again. */
  onResume: () => void;
  /** The peer opened a stream. Without it, its streams are dropped. */
  onStream?: (stream: SmuxStream) => void;
  /** Called once, however the session ends. */
  onClose: (reason: EngineError) => void;
}

/** What waits to be sent: of one stream at most, over all streams about, and of one stream at least. */
const STREAM_WRITE_MOST = 128 * 1024;
const WRITE_MOST = 4 * 1024 * 1024;
const STREAM_WRITE_LEAST = 16 * 1024;

/** So many streams of the peer's may be there at once; no more connections come from one address. */
const MOST_ACCEPTED = 65_536;
/** So many streams may hold what a turn has brought until its end. */
const MOST_FRESH = 1024;

/** The least window of a stream that is told, and the share of all windows that makes a stream a heavy one. */
const LEAST_WINDOW = 16 * 1024;
const HEAVY_SHARE = 16;
/** Reports of what was consumed for each window: with two, as smux has, a stream on a long line stands still between. */
const UPDATES = 16;

const nop = new Uint8Array(FRAME_HEADER_BYTES);

/**
 * smux 1 and 2 over a byte stream it knows nothing of. Whoever carries the bytes
 * - calls `input` with what has arrived, while `readable`, and `flush` at the end of the turn,
 * - calls `pump` after `onPending`, and while `pending` whenever the way down has room again.
 */
export class SmuxSession {
  readonly version: SmuxVersion;
  readonly frameSize: number;
  /** Payload bytes of a frame for now, below `frameSize`: on a slow line a long frame is a long wait for the next. */
  frameLimit = Infinity;
  readonly streamBuffer: number;
  /** version 2: what the peer is told that it may be ahead in a stream, at most `streamBuffer` */
  streamWindow: number;
  /** version 2: bytes that a stream's reader consumes between two reports of it to the peer; smux: half the window */
  updateBytes: number;
  readonly world: World;

  readonly #options: SmuxOptions;
  readonly #decoder: FrameDecoder;
  readonly #streams = new Map<number, SmuxStream>();
  #nextId: number;

  /** streams with frames to send, served in turn: a singly linked list through `next` */
  #firstSender: SmuxStream | undefined;
  #lastSender: SmuxStream | undefined;
  #nopDue = false;

  /** the stream whose data frame is being decoded; undefined when it is unknown */
  #receiver: SmuxStream | undefined;
  /** streams that have something for their owners at the end of the turn */
  #fresh: SmuxStream[] = [];
  #spare: SmuxStream[] = [];
  #unread = 0;
  #stalled = false;

  /** frames of the peer have been read: it speaks this version */
  understood = false;
  #closed = false;
  #heardAt: number;
  #pingTimer: Timer | undefined;
  #deadTimer: Timer | undefined;

  constructor(options: SmuxOptions) {
    const { role, version, frameSize, receiveBuffer, streamBuffer, keepAliveMs, keepAliveTimeoutMs, world } =
      options;
    expectRange('frameSize', frameSize, MAX_PAYLOAD);
    expectRange('receiveBuffer', receiveBuffer, MAX_INT32);
    expectRange('streamBuffer', streamBuffer, MAX_INT32);
    this.#options = options;
    this.version = version;
    this.frameSize = frameSize;
    this.streamBuffer = streamBuffer;
    this.streamWindow = streamBuffer;
    this.updateBytes = streamBuffer / 2;
    this.world = world;
    // smux counts up by 2 before the first use: 3, 5, ... at the client, 2, 4, ... at the server
    this.#nextId = role === 'client' ? 3 : 2;
    this.#heardAt = world.now();
    if (keepAliveMs > 0) this.#pingTimer = world.after(keepAliveMs, this.#onPingTimer);
    if (keepAliveTimeoutMs > 0) this.#deadTimer = world.after(keepAliveTimeoutMs, this.#onDeadTimer);
    this.#decoder = new FrameDecoder(version, this.#handler);
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** How many streams are there, those included that only have their end to send. */
  get streams(): number {
    return this.#streams.size;
  }

  /** Bytes received that no reader has got rid of, over all streams. */
  get unread(): number {
    return this.#unread;
  }

  /** False while the unread bytes reach the receive buffer: then the layer below stops feeding, until `onResume`. */
  get readable(): boolean {
    return this.#unread < this.#options.receiveBuffer;
  }

  /** Bytes waiting in one stream from which on its `write` answers false; its `onDrain` is called at half of it. */
  get writeLimit(): number {
    return Math.max(STREAM_WRITE_LEAST, Math.min(STREAM_WRITE_MOST, WRITE_MOST / this.#streams.size));
  }

  /** Whether frames wait to be written. */
  get pending(): boolean {
    return this.#nopDue || this.#firstSender !== undefined;
  }

  /** @throws {EngineError} closed, also when the stream ids are used up */
  open(): SmuxStream {
    if (this.#closed) throw new EngineError('closed', 'smux: the session is closed');
    const id = this.#nextId;
    if (id > 0xffffffff) throw new EngineError('closed', 'smux: no stream id is left in this session');
    this.#nextId += 2;
    const stream = new SmuxStream(this, id, true);
    this.#streams.set(id, stream);
    this.schedule(stream);
    return stream;
  }

  /**
   * Bounds what the peer may be ahead, over all streams that have lately brought much, and reports what is consumed so
   * often that none stands still between two reports.
   */
  limitAhead(bytes: number): void {
    if (this.version === 1) return;
    let heavy = 0;
    for (const stream of this.#streams.values()) if (stream.broughtMuch(bytes / HEAVY_SHARE)) heavy++;
    const each = Math.max(LEAST_WINDOW, bytes / Math.max(1, heavy));
    this.streamWindow = Math.floor(Math.min(this.streamBuffer, each));
    this.updateBytes = this.streamWindow / UPDATES;
  }

  /** Sends a NOP now: the layer below will see whether the peer acknowledges it. */
  ping(): void {
    if (this.#closed || this.#nopDue) return;
    const wasPending = this.pending;
    this.#nopDue = true;
    if (!wasPending) this.#options.onPending();
  }

  /** Takes the next bytes of the peer, by copy, however they are cut. */
  input(bytes: Uint8Array, from: number, length: number): void {
    if (this.#closed) return;
    this.#heardAt = this.world.now();
    try {
      this.#decoder.decode(bytes, from, length);
      this.understood = true;
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      this.close(error);
    }
  }

  /** The turn is over, or has brought much: the streams hand on what it has brought. */
  flush(): void {
    const fresh = this.#fresh;
    if (fresh.length === 0) return;
    this.#fresh = this.#spare;
    for (const stream of fresh) {
      stream.fresh = false;
      stream.flush();
    }
    fresh.length = 0;
    this.#spare = fresh;
  }

  /** Writes frames while the sink takes them, one a stream in turn. */
  pump(sink: FrameSink): void {
    if (this.#nopDue && sink.writable()) {
      this.#nopDue = false;
      writeHeader(nop, this.version, NOP, 0, 0);
      sink.write(nop, 0, FRAME_HEADER_BYTES);
    }
    while (this.#firstSender !== undefined && sink.writable()) {
      const stream = this.#firstSender;
      this.#firstSender = stream.next;
      if (this.#firstSender === undefined) this.#lastSender = undefined;
      stream.next = undefined;
      stream.queued = false;
      if (!stream.sendable) continue;
      stream.writeFrame(sink);
      if (stream.sendable) this.#enqueue(stream);
    }
  }

  /** Ends the session and every stream; what has been received is delivered before. Closing twice is harmless. */
  close(reason = new EngineError('closed', 'the session was closed')): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#decoder.stop();
    this.#pingTimer?.stop();
    this.#deadTimer?.stop();
    this.#firstSender = this.#lastSender = undefined;
    this.#nopDue = false;
    const streams = [...this.#streams.values()];
    this.#streams.clear();
    for (const stream of streams) stream.abandon(reason);
    this.#unread = 0;
    this.#options.onClose(reason);
  }

  /** For a stream: it has something to send. */
  schedule(stream: SmuxStream): void {
    if (this.#closed || stream.queued || !stream.sendable) return;
    const wasPending = this.pending;
    this.#enqueue(stream);
    if (!wasPending) this.#options.onPending();
  }

  /** For a stream: unread bytes have gone. */
  released(n: number): void {
    if (this.#closed) return;
    this.#unread -= n;
    if (!this.#stalled || !this.readable) return;
    this.#stalled = false;
    // what was held back was not the peer's silence
    this.#heardAt = this.world.now();
    this.#options.onResume();
  }

  /** For a stream: it has ended. */
  leave(stream: SmuxStream): void {
    this.#streams.delete(stream.id);
    if (this.#receiver === stream) this.#receiver = undefined;
  }

  #enqueue(stream: SmuxStream): void {
    if (stream.queued) return;
    stream.queued = true;
    if (this.#lastSender === undefined) this.#firstSender = stream;
    else this.#lastSender.next = stream;
    this.#lastSender = stream;
  }

  #refresh(stream: SmuxStream): void {
    if (stream.fresh) return;
    stream.fresh = true;
    this.#fresh.push(stream);
    if (this.#fresh.length >= MOST_FRESH) this.flush();
  }

  readonly #handler: FrameHandler = {
    syn: (id) => {
      const { onStream } = this.#options;
      if (onStream === undefined || this.#streams.has(id)) return;
      if (this.#streams.size >= MOST_ACCEPTED)
        throw new EngineError('smux-protocol', `smux: the peer opens more than ${MOST_ACCEPTED} streams`);
      const stream = new SmuxStream(this, id, false);
      this.#streams.set(id, stream);
      onStream(stream);
    },
    fin: (id) => {
      const stream = this.#streams.get(id);
      if (stream === undefined) return;
      stream.receiveEnd();
      this.#refresh(stream);
    },
    push: (id) => {
      // data for an unknown stream is dropped: it may have been closed while they were on their way
      this.#receiver = this.#streams.get(id);
    },
    payload: (bytes, from, length) => {
      const stream = this.#receiver;
      if (stream === undefined || !stream.receive(bytes, from, length)) return;
      this.#unread += length;
      if (!this.readable) this.#stalled = true;
      this.#refresh(stream);
    },
    update: (id, consumed, window) => {
      const stream = this.#streams.get(id);
      if (stream === undefined || stream.receiveUpdate(consumed, window)) return;
      throw new EngineError('smux-protocol', `smux: stream ${id}: the peer consumed more than was sent`);
    },
  };

  readonly #onPingTimer = (): void => {
    this.#pingTimer = this.world.after(this.#options.keepAliveMs, this.#onPingTimer);
    this.ping();
  };

  readonly #onDeadTimer = (): void => {
    const timeout = this.#options.keepAliveTimeoutMs;
    const silence = this.world.now() - this.#heardAt;
    // while we ourselves do not read, silence says nothing (smux, keepalive)
    if (silence >= timeout && this.readable) {
      const seconds = Math.round(silence / 1000);
      this.close(new EngineError('keepalive-timeout', `nothing was received for ${seconds} s`));
      return;
    }
    this.#deadTimer = this.world.after(Math.max(timeout - silence, timeout / 10), this.#onDeadTimer);
  };
}

function expectRange(name: string, value: number, max: number): void {
  if (!Number.isInteger(value) || value < 1 || value > max)
    throw new RangeError(`${name} is ${value}, expected a whole number from 1 to ${max}`);
}
