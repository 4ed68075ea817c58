import type { Notify, TunnelUpdate } from '../../shared/api.ts';
import type { LogLine } from '../../shared/log.ts';

/** At most two messages a second for each tunnel: the first at once, what follows gathered. */
const TUNNEL_GAP_MS = 500;
/** One a second for the log of all: with the statistics of the second that makes two, even for a single tunnel. */
const LOG_GAP_MS = 1000;
/** Log lines that may wait; a window that wants more reads the tail. */
const MOST_LINES = 2000;

/** Holds back one kind of message so that two are never closer than `gap` milliseconds, merging what comes between. */
class Throttle<T> {
  #waiting: T | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    readonly gap: number,
    readonly merge: (older: T, newer: T) => T,
    readonly send: (value: T) => void,
  ) {}

  push(value: T): void {
    if (!this.#timer) {
      this.send(value);
      this.#timer = setTimeout(this.#due, this.gap);
    } else this.#waiting = this.#waiting === undefined ? value : this.merge(this.#waiting, value);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#waiting = undefined;
  }

  readonly #due = (): void => {
    this.#timer = undefined;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting !== undefined) this.push(waiting);
  };
}

/** Newer news replace older, but the minute that a tick has completed must not get lost behind the next tick. */
function mergeUpdates(older: TunnelUpdate, newer: TunnelUpdate): TunnelUpdate {
  const merged = { ...older, ...newer };
  if (newer.statistics && older.statistics?.minute && !newer.statistics.minute) {
    merged.statistics = { ...newer.statistics, minute: older.statistics.minute };
  }
  return merged;
}

/** One window's notifications of tunnels and log lines, gathered. */
export class Outbox {
  readonly #tunnels = new Map<string, Throttle<TunnelUpdate>>();
  readonly #log: Throttle<LogLine[]>;

  constructor(readonly notify: Notify) {
    this.#log = new Throttle(
      LOG_GAP_MS,
      (older, newer) => [...older, ...newer].slice(-MOST_LINES),
      (lines) => notify('log', lines),
    );
  }

  tunnel(update: TunnelUpdate): void {
    let throttle = this.#tunnels.get(update.id);
    if (!throttle) {
      throttle = new Throttle(TUNNEL_GAP_MS, mergeUpdates, (news) => this.notify('tunnel', news));
      this.#tunnels.set(update.id, throttle);
    }
    throttle.push(update);
  }

  line(line: LogLine): void {
    this.#log.push([line]);
  }

  /** The tunnel is gone: nothing of it may be sent any more. */
  forget(id: string): void {
    this.#tunnels.get(id)?.stop();
    this.#tunnels.delete(id);
  }

  stop(): void {
    for (const throttle of this.#tunnels.values()) throttle.stop();
    this.#log.stop();
  }
}
