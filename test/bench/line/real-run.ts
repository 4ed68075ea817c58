import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { type Flags, type Kind, Tunnel } from '../../support/peers.ts';
import { cpuSeconds } from '../../support/proc.ts';
import { open, Target } from '../../support/traffic.ts';
import { until } from '../../support/until.ts';
import type { Measured } from './bars.ts';
import type { Way } from './cell.ts';
import { IDLE_QUANTILE, quantile, rampUp } from './figures.ts';

/** One experiment with real processes. Mbit/s, ms, shares of 1. */
export interface RealCell {
  rate: number;
  rtt: number;
  queue: number;
  loss: number;
  burst: number;
  way: Way;
  client: Kind;
  server: Kind;
  /** for both ends */
  flags: Flags;
  /** sessions of the tunnel */
  conn: number;
  /** of bulk */
  seconds: number;
}

export interface RealFigures extends Measured {
  /** an echo over the idle line */
  idle: number;
  droppedInAll: number;
  /** share of one core that the busiest of client, server and relay took during the bulk */
  busiest: number;
  /** datagrams that the relay was too slow to read: of such a run nothing is to be believed */
  overrun: number;
}

const IDLE_MS = 1200;
const ECHO_PAUSE_MS = 20;
const STEP_MS = 20;
const PIECE = randomBytes(64 * 1024);
const [ECHO, SINK, SOURCE] = [1, 2, 3];

function pump(socket: Socket): void {
  const write = (): void => {
    while (!socket.destroyed && socket.write(PIECE));
  };
  socket.on('drain', write);
  write();
}

/** What the server connects to: the first byte of a connection says whether it is an echo, takes, or gives. */
class LineTarget extends Target {
  received = 0;

  protected serve(socket: Socket): void {
    socket.once('data', (first) => {
      if (first[0] === SOURCE) return pump(socket);
      const count = (piece: Buffer): void => void (this.received += piece.length);
      const answer = (piece: Buffer): void => void socket.write(piece);
      const take = first[0] === SINK ? count : answer;
      take(first.subarray(1));
      socket.on('data', take);
    });
  }
}

/** Asks for a byte and waits for it, again and again. */
class Echo {
  readonly trips: { at: number; took: number }[] = [];
  #askedAt = 0;

  constructor(readonly socket: Socket) {
    socket.on('data', () => {
      const now = performance.now();
      this.trips.push({ at: this.#askedAt, took: now - this.#askedAt });
      void setTimeout(ECHO_PAUSE_MS).then(() => this.ask());
    });
    socket.write(Buffer.of(ECHO));
    this.ask();
  }

  ask(): void {
    if (this.socket.destroyed) return;
    this.#askedAt = performance.now();
    this.socket.write(Buffer.of(0x55));
  }

  /** Between two times; one that has not come back yet is as late as it is. */
  between(from: number, to: number): number[] {
    const took = this.trips.filter(({ at }) => at >= from && at < to).map((trip) => trip.took);
    const answered = this.trips.at(-1)?.at === this.#askedAt;
    if (!answered && this.#askedAt >= from && this.#askedAt < to)
      took.push(performance.now() - this.#askedAt);
    return took;
  }
}

const share = (part: number, all: number): number => (all === 0 ? 0 : part / all);

/** Client and server as processes of their own, and a relay as a third: a bulk stream one way beside an echo. */
export async function measureLine(cell: RealCell, seed: number): Promise<RealFigures> {
  const { rate, rtt, queue, loss, burst, way, seconds, conn } = cell;
  await using target = await new LineTarget().listen();
  await using tunnel = await Tunnel.open({
    ...cell,
    target: target.address,
    flags: { nocomp: true, smuxver: 2, quiet: true, ...cell.flags },
    clientFlags: { conn },
    line: { rate: rate * 125_000, queue, delay: rtt / 2, loss, burst },
    seed,
  });
  const { client, server, relay } = tunnel;
  if (!relay) throw new Error('a line needs a relay');
  const echo = new Echo(await open(client.port));
  await until('the first echo', () => echo.trips.length > 0, 20_000);
  await setTimeout(Math.max(IDLE_MS, 6 * rtt) * (loss > 0 ? 2 : 1));

  const start = performance.now();
  const idle = quantile(echo.between(0, start - rtt), IDLE_QUANTILE);
  const pids = [client.pid, server.pid, relay.pid];
  const cpu = pids.map(cpuSeconds);
  const first = (await relay.figures())[way];
  const bulk = await open(client.port);
  let taken = 0;
  const received = (): number => (way === 'up' ? target.received : taken);
  if (way === 'up') {
    bulk.write(Buffer.of(SINK));
    pump(bulk);
  } else {
    bulk.on('data', (piece) => (taken += piece.length));
    bulk.write(Buffer.of(SOURCE));
  }

  const marks: { at: number; received: number }[] = [];
  const mark = (): void => void marks.push({ at: performance.now() - start, received: received() });
  const marking = setInterval(mark, STEP_MS);
  const settleMs = Math.min(seconds * 500, 1000 + 10 * rtt);
  await setTimeout(settleMs);
  const settled = { ...(await relay.figures())[way], received: received(), at: performance.now() };
  await setTimeout(seconds * 1000 - settleMs - rtt / 2);
  // what is under way at the end arrives half a round trip later
  const { overrun, ...lanes } = await relay.figures();
  const last = lanes[way];
  await setTimeout(rtt / 2);
  const end = performance.now();
  const all = received();
  clearInterval(marking);

  const goodput = ((all - settled.received) * 8) / ((end - settled.at) * 1000);
  const loaded = echo.between(settled.at, end);
  const busy = pids.map((pid, i) => (cpuSeconds(pid) - cpu[i]) / ((end - start) / 1000));
  echo.socket.destroy();
  bulk.destroy();
  return {
    goodput,
    wire: (last.bytes - first.bytes) / all,
    dropped: share(last.dropped - settled.dropped, last.datagrams - settled.datagrams),
    droppedInAll: share(last.dropped - first.dropped, last.datagrams - first.datagrams),
    idle,
    p50: quantile(loaded, 0.5) - idle,
    p95: quantile(loaded, 0.95) - idle,
    rampUp: rampUp(marks, goodput),
    busiest: Math.max(...busy),
    overrun,
  };
}
