import type { HostPorts } from '../../../shared/address.ts';
import type { PacketCrypt } from '../crypt/crypt.ts';
import { EngineError } from '../errors.ts';
import type { BatchPool } from '../kernel/batch.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { World } from '../runtime/world.ts';
import { FRAME_HEADER_BYTES, NOP, type SmuxVersion, writeHeader } from '../smux/frame.ts';
import { SnappyEncoder } from '../snappy/encoder.ts';
import { SNAPPY_MAX_CHUNK } from '../snappy/framing.ts';
import type { Network } from '../transport/network.ts';
import { Asker, type Candidate } from './asker.ts';
import { randomConv } from './random-conv.ts';

export interface VersionQuestion {
  world: World;
  pool: BatchPool;
  network: Network;
  crypt: PacketCrypt;
  compress: boolean;
  /** undefined where the client has none */
  fec: object | undefined;
}

/** Longer than the interval of kcptun's modes, so that each question has an answer of its own. */
const SPACING_MS = 45;
/** What was sent before the first answer has arrived and been judged by then, a round trip aside. */
const SETTLE_MS = 100;
/** A conversation that was answered and has been silent for so long, two round trips aside, is ended. */
const SILENT_MS = 600;
const GIVEN_UP_MS = 2000;

/**
 * Asks a server which smux version it speaks, within a few round trips: each version's heartbeat (NOP), which opens no
 * stream, begins a conversation of its own. A server ends the session in which it reads another version, and forgets
 * it; the next question makes a new one, which has nothing (una 0). One of the two lives on.
 * @returns undefined where that cannot be told: nothing answers, or both are ended, as where compression differs
 * @throws {EngineError} resolve-failed, socket-failed
 */
export async function askSmuxVersion(
  { host, minPort, maxPort }: HostPorts,
  question: VersionQuestion,
  signal: AbortSignal,
): Promise<SmuxVersion | undefined> {
  const { world, network } = question;
  const [{ address, family }] = await network.resolve(host);
  const port = minPort + Math.floor(world.random() * (maxPort - minPort + 1));
  const trials = ([1, 2] as const).map((version) => new Trial(question, version, { address, port }));
  try {
    await Promise.all(trials.map(({ asker }) => asker.open(network, family))).catch((cause: unknown) => {
      throw new EngineError('socket-failed', `cannot open a UDP socket: ${String(cause)}`, { cause });
    });
    for (const startedAt = world.now(); world.now() - startedAt < GIVEN_UP_MS && !signal.aborted;) {
      for (const trial of trials) trial.ask();
      await new Promise<void>((resolve) => void world.after(SPACING_MS, resolve));
      const [live, other] = trials[0].lives ? trials : trials.toReversed();
      if (live.lives && other.ended) return live.version;
      if (trials.every(({ asker }) => asker.endpoint.heard === 'refused')) return undefined;
    }
    return undefined;
  } finally {
    for (const { asker } of trials) asker.close();
  }
}

/** One version's conversation. */
class Trial {
  readonly asker: Asker;
  readonly #world: World;
  readonly #candidate: Candidate;
  readonly #first: Uint8Array;
  #asked = 0;
  #begunAt = 0;
  /** the server has the first bytes */
  #takenAt: number | undefined;
  #heardAt = 0;
  /** it still has them when it has long read them */
  #kept = false;
  /** answers of sessions that have nothing */
  #empty = 0;

  constructor(
    { world, pool, crypt, compress, fec }: VersionQuestion,
    readonly version: SmuxVersion,
    at: { address: string; port: number },
  ) {
    this.#world = world;
    this.asker = new Asker({ ...at, heard: 'silent' }, fec ? 'fec' : 'plain', world, pool);
    this.#candidate = { crypt, conv: randomConv(world) };
    this.asker.candidates.push(this.#candidate);
    this.#first = heartbeat(pool.kernel, version, compress);
    this.asker.listener = {
      heard() {},
      shard() {},
      answered() {},
      pushed() {},
      window: (_segments, clock, una) => this.#answered(una, clock !== null),
    };
  }

  get lives(): boolean {
    return this.#kept && !this.ended;
  }

  get ended(): boolean {
    if (this.#takenAt === undefined) return this.#empty >= 3;
    const silent = this.#world.now() - this.#heardAt;
    return this.#empty >= 2 || silent > SILENT_MS + 2 * (this.#takenAt - this.#begunAt);
  }

  /** Until its first bytes are acknowledged they and the question go in turn. */
  ask(): void {
    if (this.#asked === 0) this.#begunAt = this.#world.now();
    if (this.#takenAt === undefined && this.#asked % 2 === 0) this.asker.begin(this.#candidate, this.#first);
    else this.asker.ask(this.#candidate);
    this.#asked++;
  }

  #answered(una: number, fresh: boolean): void {
    const now = (this.#heardAt = this.#world.now());
    if (una === 0) {
      if (fresh) this.#empty++;
    } else if (this.#takenAt === undefined) {
      this.#takenAt = now;
      this.#empty = 0;
    } else if (now >= 2 * this.#takenAt - this.#begunAt + SETTLE_MS) this.#kept = true;
  }
}

/** The first bytes of a client that has nothing to say. */
function heartbeat(kernel: Kernel, version: SmuxVersion, compress: boolean): Uint8Array {
  const frame = new Uint8Array(FRAME_HEADER_BYTES);
  writeHeader(frame, version, NOP, 0, 0);
  if (!compress) return frame;
  const { arena, bytes } = kernel;
  const from = arena.alloc(frame.length);
  const to = arena.alloc(SNAPPY_MAX_CHUNK);
  bytes.set(frame, from);
  const chunk = bytes.slice(to, to + new SnappyEncoder(kernel).encode(from, frame.length, to));
  arena.free(to);
  arena.free(from);
  return chunk;
}
