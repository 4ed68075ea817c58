import type { Counters } from '../../shared/counters.ts';
import type { SessionSnapshot, StreamSnapshot } from '../../shared/snapshot.ts';
import type { EngineSnapshot } from '../engine/snapshot.ts';
import {
  CLOSED_KEPT_MS,
  type Connection,
  type History,
  MINUTES_KEPT,
  type Sample,
  SECONDS_KEPT,
  type Statistics,
} from '../../shared/statistics.ts';
import { foldDownloads, foldLines } from './fold-lines.ts';
import type { Traffic } from './messages.ts';

/** Closed connections remembered at once, whatever the rate at which they come and go. */
const CLOSED_KEPT = 1000;
const MINUTE_MS = 60_000;

/** What a snapshot holds that a sample is the difference of. */
interface Mark {
  at: number;
  counters: Counters;
  traffic: Traffic;
  expected: number;
  received: number;
  connections: number;
}

/** Turns a tunnel's snapshots into samples, and keeps ten minutes of seconds and a day of minutes. */
export class StatisticsHistory {
  readonly #seconds: Sample[] = [];
  readonly #minutes: Sample[] = [];
  readonly #closed: Connection[] = [];
  #since = 0;
  #open: StreamSnapshot[] = [];
  #second: Mark | null = null;
  #minute: Mark | null = null;
  /** shards expected and received, over sessions that come and go */
  #expected = 0;
  #received = 0;
  #sessions = new Map<number, { expected: number; received: number }>();
  /** bytes of parity since `begin`, summed likewise */
  #parity = 0;
  #paritySent = new Map<number, number>();

  /** An engine starts, or starts again: what it has counted so far is the zero of the totals. Samples stay. */
  begin(first: EngineSnapshot, traffic: Traffic): void {
    this.#since = first.at;
    this.#sessions.clear();
    this.#parity = 0;
    this.#paritySent.clear();
    this.#countShards(first.sessions);
    this.#countParity(first.sessions);
    this.#second = this.#minute = this.#mark(first, traffic);
  }

  /** The engine has ended: nothing is open any more. */
  end(at: number): void {
    for (const stream of this.#open) keep(this.#closed, { ...stream, closedAt: at }, CLOSED_KEPT);
    this.#open = [];
    this.#second = this.#minute = null;
  }

  /** Streams that have closed, with their last figures. */
  addClosed(closed: readonly StreamSnapshot[], at: number): void {
    for (const stream of closed) keep(this.#closed, { ...stream, closedAt: at }, CLOSED_KEPT);
  }

  /** Takes the snapshot of a second; answers with what to push. */
  add(snapshot: EngineSnapshot, traffic: Traffic): Statistics {
    if (!this.#second || !this.#minute) throw new Error('a history must begin before it is added to');
    this.#countShards(snapshot.sessions);
    this.#countParity(snapshot.sessions);
    const mark = this.#mark(snapshot, traffic);
    const sample = sampleBetween(this.#second, mark, snapshot.sessions);
    this.#second = mark;
    keep(this.#seconds, sample, SECONDS_KEPT);

    let minute: Sample | null = null;
    if (snapshot.at - this.#minute.at >= MINUTE_MS) {
      minute = sampleBetween(this.#minute, mark, snapshot.sessions);
      this.#minute = mark;
      keep(this.#minutes, minute, MINUTES_KEPT);
    }

    this.#open = snapshot.streams;
    while (this.#closed.length && this.#closed[0].closedAt! < snapshot.at - CLOSED_KEPT_MS)
      this.#closed.shift();

    const { counters } = snapshot;
    const totals = {
      since: this.#since,
      up: traffic.sent,
      down: traffic.received,
      wireUp: counters.OutBytes,
      wireDown: counters.InBytes,
      parityUp: this.#parity,
    };
    return { sample, minute, totals, counters, sessions: snapshot.sessions };
  }

  get history(): History {
    return { seconds: [...this.#seconds], minutes: [...this.#minutes] };
  }

  /** Open ones, then those closed within the last minute. */
  get connections(): Connection[] {
    return [...this.#open.map((stream) => ({ ...stream, closedAt: null })), ...this.#closed];
  }

  #mark({ at, counters, streams }: EngineSnapshot, traffic: Traffic): Mark {
    const connections = streams.length;
    return { at, counters, traffic, expected: this.#expected, received: this.#received, connections };
  }

  /** Each session counts its own shards; here they are summed so that a session's end takes nothing away. */
  #countShards(sessions: readonly SessionSnapshot[]): void {
    const now = new Map<number, { expected: number; received: number }>();
    for (const { conv, shardsExpected, shardsReceived } of sessions) {
      if (shardsExpected === null || shardsReceived === null) continue;
      const before = this.#sessions.get(conv) ?? { expected: 0, received: 0 };
      this.#expected += Math.max(0, shardsExpected - before.expected);
      this.#received += Math.max(0, shardsReceived - before.received);
      now.set(conv, { expected: shardsExpected, received: shardsReceived });
    }
    this.#sessions = now;
  }

  #countParity(sessions: readonly SessionSnapshot[]): void {
    for (const { conv, paritySent } of sessions)
      this.#parity += Math.max(0, paritySent - (this.#paritySent.get(conv) ?? 0));
    this.#paritySent = new Map(sessions.map(({ conv, paritySent }) => [conv, paritySent]));
  }
}

function sampleBetween(from: Mark, to: Mark, sessions: readonly SessionSnapshot[]): Sample {
  const seconds = Math.max(to.at - from.at, 1) / 1000;
  const grown = (name: keyof Counters): number => Math.max(0, to.counters[name] - from.counters[name]);
  const heard = sessions.filter(({ srtt }) => srtt !== null);
  const freshest = heard.reduce<SessionSnapshot | null>(
    (best, one) => (best === null || (one.heardAgo ?? Infinity) < (best.heardAgo ?? Infinity) ? one : best),
    null,
  );
  const expected = to.expected - from.expected;
  const missing = Math.max(0, expected - (to.received - from.received));
  const segments = grown('OutSegs');
  return {
    at: to.at,
    up: Math.max(0, to.traffic.sent - from.traffic.sent) / seconds,
    down: Math.max(0, to.traffic.received - from.traffic.received) / seconds,
    wireUp: grown('OutBytes') / seconds,
    wireDown: grown('InBytes') / seconds,
    rtt: freshest?.srtt ?? null,
    rttvar: freshest?.rttvar ?? null,
    loss: expected > 0 ? Math.min(1, missing / expected) : null,
    retrans: segments > 0 ? Math.min(1, grown('RetransSegs') / segments) : null,
    fecRecovered: grown('FECRecovered'),
    fecFailed: grown('FECErrs'),
    line: foldLines(sessions),
    download: foldDownloads(sessions),
    sessions: sessions.filter(({ state }) => state === 'up' || state === 'degraded').length,
    connections: to.connections,
  };
}

function keep<T>(list: T[], item: T, most: number): void {
  list.push(item);
  if (list.length > most) list.shift();
}
