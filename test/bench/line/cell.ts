import { zeroCounters } from '../../../shared/counters.ts';
import { type ClientOptions, defaultOptions, type ServerOptions } from '../../../shared/options.ts';
import { BatchPool } from '../../../src-main/engine/kernel/batch.ts';
import { sharedKernel } from '../../../src-main/engine/kernel/load.ts';
import { type EngineContext, engineContext } from '../../../src-main/engine/session/context.ts';
import { dial } from '../../../src-main/engine/session/dial.ts';
import { listen } from '../../../src-main/engine/session/listen.ts';
import type { KcpSession } from '../../../src-main/engine/session/session.ts';
import type { SmuxStream } from '../../../src-main/engine/smux/stream.ts';
import { CubicFlow } from './cubic.ts';
import { IDLE_QUANTILE, quantile, rampUp } from './figures.ts';
import { idealGoodput } from './ideal.ts';
import type { LaneConditions } from './lane.ts';
import { CoarseWorld, LineNetwork } from './world.ts';

export type Way = 'up' | 'down';
type Options = Partial<ClientOptions & ServerOptions>;

/** One experiment: a bulk stream one way beside a 1-byte echo on a stream of its own. Times are ms. */
export interface Cell {
  /** Mbit/s */
  rate: number;
  rtt: number;
  queue: number;
  loss?: number;
  burst?: number;
  jitter?: number;
  way: Way;
  client?: Options;
  server?: Options;
  /** sessions of the tunnel; the echo is in the last, the bulk in the first */
  conn?: number;
  /** a bulk stream the other way too, counted as what is beside the first */
  both?: boolean;
  /** tunnels with a bulk stream each, of which all but the first start at `joinAt` seconds (0) */
  tunnels?: number;
  joinAt?: number;
  /** Cubic-like flows beside the tunnel, the same way, from the start of the bulk on */
  cubic?: number;
  /** of bulk */
  seconds: number;
  /** what becomes of the line, at seconds after the start of the bulk */
  changes?: { at: number; rate?: number; rtt?: number; loss?: number }[];
  /** seconds between which the bulk has nothing to send */
  pause?: { from: number; until: number };
  /** bytes/s that the receiving application takes: no more than that is ideal then */
  reader?: number;
  seed?: number;
}

/** One moment of a cell. */
export interface Moment {
  /** ms after the start of the bulk */
  at: number;
  /** Mbit/s of the first bulk, and of what competes with it */
  goodput: number;
  other: number;
  /** Mbit/s offered to the line */
  wire: number;
  /** ms of waiting in front of the line */
  queue: number;
  rtt: number;
  /** segments */
  inFlight: number;
  /** Mbit/s that the sender believes the line carries, and at which it sends */
  estimate: number;
  pace: number;
  state: string;
  parity: number;
  loss: number;
}

export interface CellResult {
  /** Mbit/s after the start-up, and what the line can carry with the parity that its loss needs */
  goodput: number;
  ideal: number;
  other: number;
  /** bytes offered to the line per byte of goodput, over all of the bulk */
  wire: number;
  /** shares: dropped by the queue after the start-up and in all, segments sent again, and the part of those that was needless */
  dropped: number;
  droppedInAll: number;
  repeated: number;
  /** ms beyond an idle line's echo */
  idle: number;
  p50: number;
  p95: number;
  /** ms until 90 % of `goodput`, over 200 ms, was reached */
  rampUp: number;
  /** Mbit/s of each tunnel's bulk over the last third of the time */
  each: number[];
  moments: Moment[];
}

const SERVER = { host: '10.0.0.2', minPort: 29900, maxPort: 29900 };
const IDLE_MS = 1500;
const STEP_MS = 20;
const PIECE = new Uint8Array(64 * 1024);
const ECHO_PAUSE_MS = 20;
const [ECHO, SINK, SOURCE, BOTH] = [1, 2, 3, 4];
const PLAIN: Options = { crypt: 'none', nocomp: true, pace: 'auto' };

/** Batches of all cells: configurations come and go, kernel memory is of fixed size. */
const pool = new BatchPool(sharedKernel());

function configure(options: ClientOptions | ServerOptions, world: CoarseWorld): EngineContext {
  return { ...engineContext(options, world, zeroCounters()), pool };
}

/** Writes all that a stream takes, but while `paused`. @returns what goes on after a pause */
function fill(stream: SmuxStream, paused: () => boolean): () => void {
  const write = (): void => {
    while (!paused() && stream.write(PIECE));
  };
  stream.onDrain = write;
  write();
  return write;
}

/** Takes what comes as fast as the application does. */
function takeAt(world: CoarseWorld, stream: SmuxStream, rate: number, count: (bytes: number) => void): void {
  let waiting = 0;
  stream.onData = (chunk) => {
    count(chunk.length);
    if (rate === Infinity) stream.consumed(chunk.length);
    else waiting += chunk.length;
  };
  if (rate === Infinity) return;
  const take = (): void => {
    const bytes = Math.min(waiting, (rate * STEP_MS) / 1000);
    waiting -= bytes;
    stream.consumed(bytes);
    world.at(world.now() + STEP_MS, take);
  };
  take();
}

interface Bulk {
  session: KcpSession;
  sender: () => KcpSession;
  received: number;
}

export async function runCell(cell: Cell): Promise<CellResult> {
  const { rate, rtt, queue, loss = 0, burst = 1, jitter = 0, way, seconds, tunnels = 1, conn = 1 } = cell;
  const world = new CoarseWorld(cell.seed ?? 1);
  const lane: LaneConditions = { rate, queue, delay: rtt / 2, jitter, loss, burst };
  const network = new LineNetwork(world, SERVER.minPort, lane, { ...lane });
  const narrow = way === 'up' ? network.up : network.down;
  const server = configure({ ...defaultOptions('server'), ...PLAIN, ...cell.server } as ServerOptions, world);
  const clients: EngineContext[] = [];
  const accepted = new Map<number, KcpSession>();
  const bulks: Bulk[] = [];
  const byConv = new Map<number, Bulk>();
  const reader = cell.reader ?? Infinity;
  let back = 0;
  let start = Infinity;
  const { from, until } = cell.pause ?? { from: Infinity, until: Infinity };
  const paused = (): boolean => world.now() >= start + from * 1000 && world.now() < start + until * 1000;
  const writers: (() => void)[] = [];
  const bulkFrom = (stream: SmuxStream): void => void writers.push(fill(stream, paused));

  const listening = await listen(server, { ...SERVER, host: '' }, network, (session) => {
    accepted.set(session.conv, session);
    session.onStream = (stream) => {
      stream.onData = (first) => {
        const kind = first[0];
        stream.consumed(first.length);
        if (kind === BOTH) bulkFrom(stream);
        if (kind === SINK || kind === BOTH)
          takeAt(world, stream, reader, (n) => {
            if (cell.both && way === 'down') back += n;
            else byConv.get(session.conv)!.received += n;
          });
        else if (kind === SOURCE) bulkFrom(stream);
        else {
          stream.onData = (chunk) => {
            stream.write(chunk.slice());
            stream.consumed(chunk.length);
          };
          // what was held until the client had proved itself comes together
          if (first.length > 1) stream.write(first.slice(1));
        }
      };
    };
  });
  const open = async (): Promise<KcpSession> => {
    const config = configure(
      { ...defaultOptions('client'), ...PLAIN, ...cell.client } as ClientOptions,
      world,
    );
    clients.push(config);
    const dialled = dial(config, SERVER, network);
    let session: KcpSession | undefined;
    void dialled.then((made) => (session = made));
    await world.run(10_000, () => session?.state === 'up');
    return dialled;
  };
  const startBulk = (session: KcpSession): void => {
    const bulk: Bulk = {
      session,
      sender: () => (way === 'up' ? session : accepted.get(session.conv)!),
      received: 0,
    };
    bulks.push(bulk);
    byConv.set(session.conv, bulk);
    const stream = session.mux.open();
    if (cell.both) {
      stream.write(Uint8Array.of(BOTH));
      takeAt(world, stream, reader, (n) => (way === 'up' ? (back += n) : (bulk.received += n)));
      world.at(world.now() + rtt, () => bulkFrom(stream));
      return;
    }
    stream.write(Uint8Array.of(way === 'up' ? SINK : SOURCE));
    if (way === 'up') world.at(world.now() + rtt, () => bulkFrom(stream));
    else takeAt(world, stream, reader, (n) => (bulk.received += n));
  };

  const sessions: KcpSession[] = [];
  for (let i = 0; i < Math.max(conn, tunnels); i++) sessions.push(await open());
  const echoes: { at: number; took: number }[] = [];
  const echo = sessions[conn - 1].mux.open();
  let sentAt = 0;
  const ask = (): void => {
    sentAt = world.now();
    echo.write(Uint8Array.of(ECHO));
  };
  echo.onData = (chunk) => {
    echo.consumed(chunk.length);
    if (echoes.length > 0 || sentAt > 0) echoes.push({ at: sentAt, took: world.now() - sentAt });
    world.at(world.now() + ECHO_PAUSE_MS, ask);
  };
  echo.write(Uint8Array.of(ECHO));
  world.at(world.now() + rtt + 50, ask);
  await world.run(Math.max(IDLE_MS, 6 * rtt));

  start = world.now();
  const cubic = Array.from({ length: cell.cubic ?? 0 }, () => new CubicFlow(world, narrow, rtt / 2));
  for (const flow of cubic) flow.start();
  startBulk(sessions[0]);
  for (let i = 1; i < tunnels; i++) world.at(start + (cell.joinAt ?? 0) * 1000, () => startBulk(sessions[i]));
  if (cell.pause)
    world.at(start + until * 1000, () => {
      for (const write of writers) write();
    });
  for (const { at, ...change } of cell.changes ?? [])
    world.at(start + at * 1000, () => {
      for (const each of [network.up, network.down]) {
        const { rtt: trip, ...rest } = change;
        each.conditions = { ...each.conditions, ...rest, ...(trip ? { delay: trip / 2 } : {}) };
      }
    });

  const firstWire = narrow.bytes;
  const firstSegments = segmentsOf(way === 'up' ? clients : [server]);
  const firstDrops = { dropped: narrow.dropped, offered: narrow.offered };
  const settleAt = Math.min(seconds * 500, 1000 + 10 * rtt);
  const moments: Moment[] = [];
  const marks: { at: number; received: number }[] = [];
  let settled = { ...firstDrops, received: 0, other: 0 };
  let last = { wire: firstWire, received: 0, other: 0 };
  const others = (): number =>
    cubic.reduce((sum, flow) => sum + flow.delivered, 0) + received() - (bulks[0]?.received ?? 0) + back;
  const received = (): number => bulks.reduce((sum, bulk) => sum + bulk.received, 0);
  const lastThird = (seconds * 2000) / 3;
  let atLastThird: number[] = [];
  for (let at = STEP_MS; at <= seconds * 1000; at += STEP_MS) {
    world.runSync(start + at - world.now());
    const [bulk] = bulks;
    const { received } = bulk;
    marks.push({ at, received });
    if (at <= lastThird) atLastThird = bulks.map((one) => one.received);
    const state = bulk.sender().snapshot();
    const mbit = (bytes: number): number => (bytes * 8) / (STEP_MS * 1000);
    moments.push({
      at,
      goodput: mbit(received - last.received),
      other: mbit(others() - last.other),
      wire: mbit(narrow.bytes - last.wire),
      queue: narrow.waiting,
      rtt: state.srtt ?? 0,
      inFlight: state.inFlight,
      estimate: ((state.line?.rate ?? 0) * 8) / 1e6,
      pace: ((state.line?.pace ?? 0) * 8) / 1e6,
      state: state.line?.state ?? '',
      parity: state.line?.parity ?? 0,
      loss: state.line?.loss ?? 0,
    });
    last = { wire: narrow.bytes, received, other: others() };
    if (at <= settleAt)
      settled = { dropped: narrow.dropped, offered: narrow.offered, received, other: others() };
  }

  const steadyMs = seconds * 1000 - settleAt;
  const goodput = ((bulks[0].received - settled.received) * 8) / (steadyMs * 1000);
  const segments = segmentsOf(way === 'up' ? clients : [server]);
  const idle = quantile(
    echoes.filter(({ at }) => at < start - rtt).map(({ took }) => took),
    IDLE_QUANTILE,
  );
  const loaded = echoes.filter(({ at }) => at > start + settleAt).map(({ took }) => took);
  // An echo that has not come back is as late as it is.
  if (sentAt > start + settleAt && !echoes.some(({ at }) => at === sentAt)) loaded.push(world.now() - sentAt);
  for (const session of sessions) session.close();
  listening.close();
  return {
    goodput,
    ideal: Math.min(
      idealGoodput(
        { ...defaultOptions('client'), ...cell.client, rate, loss },
        (way === 'up' ? cell.client : cell.server)?.pace === 'off' ? 'full' : 'needed',
      ),
      (reader * 8) / 1e6,
    ),
    other: ((others() - settled.other) * 8) / (steadyMs * 1000),
    wire: (narrow.bytes - firstWire) / received(),
    dropped: share(narrow.dropped - settled.dropped, narrow.offered - settled.offered),
    droppedInAll: share(narrow.dropped - firstDrops.dropped, narrow.offered - firstDrops.offered),
    repeated: share(segments.again - firstSegments.again, segments.out - firstSegments.out),
    idle,
    p50: quantile(loaded, 0.5) - idle,
    p95: quantile(loaded, 0.95) - idle,
    rampUp: rampUp(marks, goodput),
    each: bulks.map(
      (bulk, i) => ((bulk.received - (atLastThird[i] ?? 0)) * 8) / (seconds * 1000 - lastThird) / 1000,
    ),
    moments,
  };
}

const share = (part: number, all: number): number => (all === 0 ? 0 : part / all);

function segmentsOf(configs: EngineContext[]): { out: number; again: number } {
  let [out, again] = [0, 0];
  for (const { counters } of configs) {
    out += counters.OutSegs;
    again += counters.RetransSegs;
  }
  return { out, again };
}
