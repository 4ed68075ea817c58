import { EngineError } from '../errors.ts';
import type { Kcp } from '../kcp/kcp.ts';
import type { Reader } from '../kcp/receive-window.ts';
import { FRAME_HEADER_BYTES, NOP, writeHeader } from '../smux/frame.ts';
import type { SmuxSession } from '../smux/session.ts';
import type { FrameSink } from '../smux/sink.ts';
import { SnappyDecoder } from '../snappy/decoder.ts';
import { SnappyEncoder } from '../snappy/encoder.ts';
import { MAX_PLAIN } from '../snappy/framing.ts';
import { type EngineContext, GATHER_BYTES } from './context.ts';

const nop = new Uint8Array(FRAME_HEADER_BYTES);

/**
 * The byte streams between smux and KCP, both ways, compressed unless `nocomp` is set. Frames are small beside a write,
 * and segments beside a frame: both are gathered in the staging buffers before they go on, and those are empty again
 * when `pump` and `deliver` return.
 */
export class Packer implements FrameSink, Reader {
  /** where frames go; set before the first turn */
  kcp!: Kcp;
  readonly #encoder: SnappyEncoder | undefined;
  /** made when there is first something to decode */
  #decoder: SnappyDecoder | undefined;
  /** bytes in staging.outbound, and in staging.inbound */
  #gathered = 0;
  #received = 0;
  #stopped = false;
  /** bytes of KCP's and of smux' streams that came since `expansion` was asked last */
  #taken = 0;
  #given = 0;
  /** before it is there, what comes in waits in KCP's window */
  mux: SmuxSession | undefined;

  /** @param onCorrupt what came in means nothing, and neither will what follows */
  constructor(
    private readonly context: EngineContext,
    private readonly onCorrupt: (error: EngineError) => void,
  ) {
    if (context.compress) this.#encoder = new SnappyEncoder(context.pool.kernel);
  }

  /**
   * Moves smux's frames into KCP's window, as many at a time as are gathered, and compressed as snappy chunks.
   * @returns whether there were any
   */
  pump(): boolean {
    const { mux } = this;
    let any = false;
    if (!mux) return any;
    do {
      mux.pump(this);
      if (this.#gathered === 0) break;
      any = true;
      this.#pass();
    } while (mux.pending && this.kcp.writable(0));
    return any;
  }

  /** Writes a NOP of smux: something that the peer must acknowledge. */
  ask(): void {
    if (this.#stopped || !this.kcp.writable(0)) return;
    writeHeader(nop, this.context.smux.version, NOP, 0, 0);
    this.write(nop, 0, FRAME_HEADER_BYTES);
    this.#pass();
  }

  /** Gives smux what `take` has gathered. */
  deliver(): void {
    const { kernel } = this.context.pool;
    const { bytes } = kernel;
    const { inbound } = this.context.staging;
    const length = this.#received;
    this.#received = 0;
    if (length === 0 || this.#stopped || !this.mux) return;
    this.#taken += length;
    if (!this.context.compress) {
      this.mux.input(bytes, inbound, length);
      return;
    }
    try {
      this.#decoder ??= new SnappyDecoder(kernel);
      this.#decoder.input(bytes, inbound, length, this.#plain);
    } catch (error) {
      this.onCorrupt(error instanceof EngineError ? error : new EngineError('snappy-corrupt', String(error)));
    }
  }

  /** What a byte that came has become without its compression, in the mean since this was asked last. */
  expansion(): number {
    const [taken, given] = [this.#taken, this.#given];
    this.#taken = this.#given = 0;
    return this.context.compress && taken > 0 && given > 0 ? given / taken : 1;
  }

  /** Delivers nothing more. */
  stop(): void {
    this.#stopped = true;
  }

  // Reader: what KCP has in order goes up.

  readable(): boolean {
    return !this.#stopped && this.mux !== undefined && this.mux.readable;
  }

  take(offset: number, length: number): void {
    const { pool, staging, counters } = this.context;
    counters.BytesReceived += length;
    if (this.#received + length > GATHER_BYTES) this.deliver();
    pool.kernel.copy(staging.inbound + this.#received, offset, length);
    this.#received += length;
  }

  // FrameSink: what smux writes goes down.

  writable(): boolean {
    const fits = this.#gathered + this.context.smux.frameSize + FRAME_HEADER_BYTES <= GATHER_BYTES;
    return (fits || this.#gathered === 0) && this.kcp.writable(this.#gathered);
  }

  write(bytes: Uint8Array, from: number, length: number): void {
    this.context.pool.kernel.bytes.set(
      from === 0 && length === bytes.length ? bytes : bytes.subarray(from, from + length),
      this.context.staging.outbound + this.#gathered,
    );
    this.#gathered += length;
  }

  /** Passes what is gathered on to KCP. */
  #pass(): void {
    const { staging } = this.context;
    const gathered = this.#gathered;
    this.#gathered = 0;
    if (this.#stopped) return;
    const encoder = this.#encoder;
    if (!encoder) this.#writeStream(staging.outbound, gathered);
    for (let at = 0; encoder && at < gathered; at += MAX_PLAIN) {
      const length = Math.min(MAX_PLAIN, gathered - at);
      const written = encoder.encode(staging.outbound + at, length, staging.chunk);
      this.#writeStream(staging.chunk, written);
    }
  }

  #writeStream(from: number, length: number): void {
    this.context.counters.BytesSent += length;
    this.kcp.write(from, length);
  }

  readonly #plain = (bytes: Uint8Array, offset: number, length: number): void => {
    this.#given += length;
    this.mux!.input(bytes, offset, length);
  };
}
