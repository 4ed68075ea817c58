import type { Socket } from 'node:net';
import { readFrom } from './local-socket.ts';
import { BLOCK_BYTES, giveBlock } from '../smux/blocks.ts';
import { ByteQueue } from '../smux/byte-queue.ts';
import type { SmuxStream } from '../smux/stream.ts';
import type { Timer, World } from '../runtime/world.ts';

/** Bytes below which a piece waits for others while the socket is busy. */
const LITTLE = BLOCK_BYTES / 4;

/** A cipher over one stream's payload, in place, with a state for each direction (QPP). */
export interface StreamCipher {
  encrypt(bytes: Uint8Array, offset: number, length: number): void;
  decrypt(bytes: Uint8Array, offset: number, length: number): void;
}

export interface PipeOptions {
  world: World;
  /** milliseconds between the end of one side and the closing of both (closewait) */
  closeWaitMs: number;
  cipher?: StreamCipher;
  /** Called once, when the socket is closed and the stream is on its way out; a reason when something went wrong. */
  onClose: (reason: Error | undefined) => void;
}

/**
 * Joins a connection and a smux stream, both ways, neither faster than the other end takes it.
 *
 * It ends as kcptun's Pipe does: when either side has ended, both are closed after `closeWaitMs`. What was received is
 * delivered before. Two things are better than there: nothing is waited for when both sides have ended, and the end of
 * the stream is passed on to the socket at once, so that a peer that answers it with its own end frees both.
 *
 * The socket must have been made with allowHalfOpen.
 */
export class Pipe {
  /** delivered to the socket, which has not taken it yet */
  #unconsumed = 0;
  /** what the socket is writing, in order */
  readonly #writing: Uint8Array[] = [];
  /** little pieces, gathered while the socket writes: each by itself would cost more than its bytes */
  readonly #gathered = new ByteQueue();
  #socketEnded = false;
  #streamEnded = false;
  #corked = false;
  #wait: Timer | undefined;
  #reason: Error | undefined;

  constructor(
    readonly socket: Socket,
    readonly stream: SmuxStream,
    private readonly options: PipeOptions,
  ) {
    const { cipher } = options;
    readFrom(socket, (bytes) => {
      cipher?.encrypt(bytes, 0, bytes.length);
      if (!stream.write(bytes)) socket.pause();
    });
    stream.onDrain = () => void socket.resume();

    stream.onData = (chunk, last) => {
      cipher?.decrypt(chunk, 0, chunk.length);
      if (!last && !this.#corked) {
        this.#corked = true;
        socket.cork();
      }
      this.#unconsumed += chunk.length;
      if (chunk.length < LITTLE && !this.#corked && socket.writableLength > 0) {
        this.#gathered.push(chunk, 0, chunk.length);
        giveBlock(chunk);
        if (this.#gathered.length >= BLOCK_BYTES) this.#writeGathered();
      } else {
        this.#writeGathered();
        this.#write(chunk);
      }
      if (last && this.#corked) {
        this.#corked = false;
        socket.uncork();
      }
      if (last && !socket.writableNeedDrain) this.#consume();
    };
    socket.on('drain', () => this.#consume());

    socket.on('end', () => {
      this.#socketEnded = true;
      this.#finish();
    });
    stream.onEnd = () => {
      this.#streamEnded = true;
      this.#writeGathered();
      socket.end();
      this.#finish();
    };
    stream.onClose = (reason) => {
      this.#reason ??= reason;
      this.#close();
    };
    socket.on('error', (error) => (this.#reason ??= error));
    socket.on('close', () => {
      this.#wait?.stop();
      this.#gathered.clear();
      stream.destroy();
      options.onClose(this.#reason);
    });
    socket.resume();
  }

  /** Ends both sides at once, without delivering. */
  destroy(reason?: Error): void {
    this.#reason ??= reason;
    this.socket.destroy();
  }

  /** Called for each chunk in turn, whether it was written or dropped. */
  readonly #written = (): void => {
    giveBlock(this.#writing.shift()!);
    if (this.socket.writableLength === 0) this.#writeGathered();
  };

  readonly #write = (chunk: Uint8Array): void => {
    this.#writing.push(chunk);
    this.socket.write(chunk, this.#written);
  };

  #writeGathered(): void {
    if (this.#gathered.length > 0) this.#gathered.drain(this.#write);
  }

  #consume(): void {
    const n = this.#unconsumed;
    this.#unconsumed = 0;
    this.stream.consumed(n);
  }

  #finish(): void {
    if (this.options.closeWaitMs === 0 || (this.#socketEnded && this.#streamEnded)) this.#close();
    else this.#wait ??= this.options.world.after(this.options.closeWaitMs, () => this.#close());
  }

  #close(): void {
    this.#wait?.stop();
    // Unread bytes count until the socket has taken them; when it was the socket that ended, the peer is told now.
    if (!this.#streamEnded) this.stream.destroy();
    this.#writeGathered();
    this.socket.destroySoon();
  }
}
