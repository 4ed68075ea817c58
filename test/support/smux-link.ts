import type { EngineError } from '../../src-main/engine/errors.ts';
import type { FrameSink } from '../../src-main/engine/smux/sink.ts';
import { SmuxSession } from '../../src-main/engine/smux/session.ts';
import type { SmuxStream } from '../../src-main/engine/smux/stream.ts';
import { Simulation } from './simulation.ts';

/** A sink that keeps what is written; `limit` bytes make it unwritable. */
export class KeepingSink implements FrameSink {
  #parts: Buffer[] = [];
  #length = 0;

  constructor(public limit = Infinity) {}

  get length(): number {
    return this.#length;
  }

  writable(): boolean {
    return this.#length < this.limit;
  }

  write(bytes: Uint8Array, from: number, length: number): void {
    this.#parts.push(Buffer.from(bytes.subarray(from, from + length)));
    this.#length += length;
  }

  take(length = this.#length): Buffer {
    const all = Buffer.concat(this.#parts);
    const taken = all.subarray(0, length);
    this.#parts = [all.subarray(length)];
    this.#length = all.length - taken.length;
    return taken;
  }
}

export interface Side {
  session: SmuxSession;
  sink: KeepingSink;
  closed: EngineError | undefined;
  accepted: SmuxStream[];
  /** called with each stream of the peer's, while its SYN is being read */
  onAccept: (stream: SmuxStream) => void;
  pendings: number;
  resumes: number;
}

export type Tuning = Partial<{
  frameSize: number;
  receiveBuffer: number;
  streamBuffer: number;
  keepAliveMs: number;
  keepAliveTimeoutMs: number;
  role: 'client' | 'server';
}>;

export function smuxSide(version: 1 | 2, world = new Simulation(), tuning: Tuning = {}): Side {
  const side: Side = {
    session: undefined!,
    sink: new KeepingSink(),
    closed: undefined,
    accepted: [],
    onAccept: () => {},
    pendings: 0,
    resumes: 0,
  };
  side.session = new SmuxSession({
    role: 'server',
    version,
    frameSize: 8192,
    receiveBuffer: 4194304,
    streamBuffer: 2097152,
    keepAliveMs: 0,
    keepAliveTimeoutMs: 0,
    ...tuning,
    world,
    onPending: () => void side.pendings++,
    onResume: () => void side.resumes++,
    onStream: (stream) => {
      side.accepted.push(stream);
      side.onAccept(stream);
    },
    onClose: (reason) => (side.closed = reason),
  });
  return side;
}

/** Two sessions and the byte pipes between them. */
export class SmuxLink {
  readonly client: Side;
  readonly server: Side;

  /** @param cut gives the length of the next piece that travels */
  constructor(
    version: 1 | 2,
    readonly world = new Simulation(),
    tuning: Tuning = {},
    private readonly cut: () => number = () => 1300,
  ) {
    this.client = smuxSide(version, world, { ...tuning, role: 'client' });
    this.server = smuxSide(version, world, { ...tuning, role: 'server' });
  }

  /** Moves bytes until nothing moves any more. */
  settle(): void {
    while (this.#move(this.client, this.server) || this.#move(this.server, this.client));
  }

  close(): void {
    this.client.session.close();
    this.server.session.close();
  }

  #move(from: Side, to: Side): boolean {
    from.session.pump(from.sink);
    let moved = false;
    while (from.sink.length > 0 && to.session.readable && !to.session.closed) {
      const piece = from.sink.take(Math.min(from.sink.length, Math.max(1, this.cut())));
      to.session.input(piece, 0, piece.length);
      moved = true;
    }
    to.session.flush();
    return moved;
  }
}

/** Collects what a stream delivers, and consumes it at once unless told to `hold`. */
export class Collector {
  readonly chunks: Uint8Array[] = [];
  ended = false;
  held = 0;

  constructor(
    readonly stream: SmuxStream,
    public hold = false,
  ) {
    stream.onData = (chunk) => {
      this.chunks.push(chunk);
      if (this.hold) this.held += chunk.length;
      else stream.consumed(chunk.length);
    };
    stream.onEnd = () => (this.ended = true);
  }

  get bytes(): Buffer {
    return Buffer.concat(this.chunks);
  }

  release(): void {
    this.hold = false;
    const { held } = this;
    this.held = 0;
    this.stream.consumed(held);
  }
}
