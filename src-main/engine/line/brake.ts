import type { DownloadSnapshot } from '../../../shared/snapshot.ts';
import { diff } from '../kcp/segment.ts';

/** Segments that a sender may have on the way: at first, and at the least. */
const FIRST = 32;
const LEAST = 4;
/** ms of queue: below the first there is none to speak of, above the second there is too much, and so much is left of it. */
const EMPTY_MS = 4;
const LONG_MS = 12;
const LEFT_MS = 7;
/** Growth a cycle: until there was a queue, then at first, and at most after many cycles without one. */
const START_GROWTH = 2;
const GROWTH = 0.04;
const GROWTH_MOST = 0.5;
/** The most that one cycle takes back. */
const SHRINKING = 0.5;
/**
 * A sender of which so much comes of what it may have on the way is held by that, and not by its own; where something is
 * missing, less of it comes.
 */
const FILLED_SHARE = 0.75;
const FILLED_LOSSY = 0.6;
/**
 * Where the way swings from cycle to cycle though the window stays, as a radio line's does, it tells a queue only from so
 * many times that swing on, beyond the ms that every clock swings by.
 */
const SWINGS = 3;
const SWING_LEAST_MS = 1;
const SWING_MOST_MS = 25;
const SWING_CYCLES = 6;
const STEADY = 0.06;
/** Only a queue that overflows loses so many of FEC's shards, told from so many: then the window is what was carried. */
const OVERFLOWING = 0.4;
const TOLD_SHARDS = 30;
/** How long it is measured, at least, in ms, and in round trips: at first, and later. */
const CYCLE_MS = 40;
const START_ROUND_TRIPS = 0.5;
const ROUND_TRIPS = 1;
/** A window that was made smaller than this share tells whose queue it is: by this share of it less comes, if it is not ours. */
const JUDGED = 0.9;
const FOREIGN_SHARE = 0.5;
/** After so many ms the line is let run dry for once, to see its shortest way again; that is believed for twice as long. */
const DRY_MS = 5_000;
const DRY_BELOW_MS = 8;
const SHORTEST_MS = 10_000;
/** What a stream's sender may hold back beyond what is on the way, in ms at the line's rate. */
const AHEAD_MS = 20;
const RATES = 8;
/** How much of the most that waited behind a gap is remembered from cycle to cycle. */
const HELD_KEPT = 0.9;
/** A sender whose round trips are all alike repeats its window as soon as a queue grows by this. */
const SPREAD_MS = 16;
const SPREAD_ROUND_TRIPS = 0.1;
const START_SPREAD = 3;
/** The share of a round trip over which more is let out bit by bit: at once, it would be a burst. */
const RAMP = 0.5;
/** A peer on the same machine or network has no line to be kept clear. */
const NEAR_MS = 1.5;

/**
 * A receiver's brake for senders that have none: what they have on the way is bounded by the window we advertise, and
 * what they hold back for a stream by the window we report for it. Both are kept a little over what the line carries in
 * a round trip. How long its queue is shows in the timestamps of what arrives, which tell when it was sent.
 *
 * It works in cycles: the window is set, a round trip passes until that shows, and then it is measured for a while.
 * A sender that paces itself is let alone.
 */
export class Brake {
  /** segments that the peer may have on the way */
  window = FIRST;
  /** bytes of datagrams that have come, counted by the owner */
  bytes = 0;
  /** FEC's data shards that the peer has sent, and those that came, set by the owner before each turn; 0 without FEC */
  shardsExpected = 0;
  shardsReceived = 0;
  /** the peer has shown that it needs no brake */
  #peerPaces = false;
  /** it has just shown it */
  #released = false;
  #starting = true;
  #growth = GROWTH;
  #queue = 0;
  #propagation = 0;
  /** when the present window shows, and when it has been measured */
  #since = Infinity;
  #until = Infinity;
  #measuring = false;
  // of the time that is measured
  #bytesFrom = 0;
  #segments = 0;
  #recent = Infinity;
  /** of the cycle before, and by how much they differ */
  #recentBefore = Infinity;
  #swing = 0;
  // FEC's shards, as last looked at, and the share that was lost lately
  #expectedFrom = 0;
  #receivedFrom = 0;
  #lost = 0;
  /** clock difference and way, at the shortest, of this and of the next period */
  #shortest = Infinity;
  #shortestNext = Infinity;
  #shortestAt = 0;
  #dryAt = 0;
  /** the window before it was last made much smaller, and what came then; 0 where that has been judged */
  #shrunkFrom = 0;
  #rateBefore = 0;
  /** the window before the line was let run dry */
  #wet = 0;
  /** the window before the present one, and since when that is */
  #before = FIRST;
  #setAt = 0;
  #turned = false;
  /** the highest rates of the latest cycles, bytes/ms */
  readonly #rates = new Float64Array(RATES);
  #cycles = 0;
  /** the most segments that waited behind a gap, fading */
  #held = 0;
  /** bytes of datagrams for a segment */
  #segmentBytes = 0;

  /** @param interval ms that our ACKs may wait */
  constructor(private readonly interval: number) {}

  /** The peer has shown that it paces itself. */
  paced(): void {
    this.#released ||= !this.#peerPaces;
    this.#peerPaces = true;
  }

  /** Whether the peer is held. */
  get braking(): boolean {
    return !this.#peerPaces && this.#propagation >= NEAR_MS;
  }

  /** Whether the peer is held, and something was missing lately. */
  get loses(): boolean {
    return this.#misses && this.braking;
  }

  /** Bytes/ms: the most that came lately. */
  get rate(): number {
    return Math.max(...this.#rates);
  }

  /** Segments that the senders of all streams together may be ahead of us. */
  get ahead(): number {
    if (this.#peerPaces || (this.#cycles > 0 && !this.braking)) return Infinity;
    if (this.#starting) return START_GROWTH * this.window;
    return this.window + this.#held + (this.rate * AHEAD_MS) / this.#segmentBytes;
  }

  /**
   * ms by which the last ACK of a datagram is to answer an earlier time. kcp-go takes its round trip from that one, and its
   * timeout is no more than `interval` beyond round trips that are all alike: it would send its whole window again whenever
   * a queue grows a little. So it is shown, every other time, how late an answer may be.
   */
  older(): number {
    this.#turned = !this.#turned;
    if (!this.#turned) return 0;
    const spread = Math.max(SPREAD_MS, SPREAD_ROUND_TRIPS * this.#trip);
    return this.#starting ? START_SPREAD * spread : spread;
  }

  /** Segments to tell the peer, which counts what waits behind a gap as on the way; what is missing still may be. */
  advertised(held: number, now: number): number {
    const part = Math.min(1, Math.max(0, (now - this.#setAt) / (RAMP * this.#trip)));
    const window =
      this.#before < this.window ? this.#before + (this.window - this.#before) * part : this.window;
    return Math.ceil(window + held);
  }

  /** A segment has come that was sent at `ts` of the sender's clock. */
  arrived(ts: number, now: number): void {
    const way = diff(now | 0, ts) + (now - Math.floor(now));
    if (way < this.#recent) this.#recent = way;
    this.#segments++;
  }

  /**
   * The end of a turn in which something came.
   * @param propagation ms of a round trip over the empty line
   * @param held segments that wait behind a gap
   * @returns whether what the peer may has changed
   */
  turn(propagation: number, held: number, now: number): boolean {
    if (held > this.#held) this.#held = held;
    if (this.#released) {
      this.#released = false;
      return true;
    }
    if (this.#segments === 0) return false;
    this.#propagation = propagation;
    if (this.#since === Infinity) {
      this.#shortestAt = this.#dryAt = now;
      this.#from(now);
    }
    if (!this.#measuring) {
      if (now < this.#since) return false;
      this.#restart(now);
      return false;
    }
    if (now < this.#until) return false;
    return this.#steer(now - this.#since, now);
  }

  snapshot(): DownloadSnapshot | null {
    const { rate, window, braking } = this;
    if (rate === 0) return null;
    return {
      rate: rate * 1000,
      propagation: this.#propagation,
      queue: this.#queue,
      window: window * this.#segmentBytes,
      braked: braking,
    };
  }

  /** Whether something was missing lately. */
  get #misses(): boolean {
    return this.#held > 0.5;
  }

  get #trip(): number {
    return this.#propagation + this.interval;
  }

  /** Waits until what is advertised now shows. */
  #from(now: number): void {
    this.#measuring = false;
    const ramp = this.window > this.#before ? RAMP * this.#trip : 0;
    this.#since = now + this.#trip + this.#queue + ramp;
  }

  #restart(now: number): void {
    this.#measuring = true;
    this.#since = now;
    const trips = this.#starting ? START_ROUND_TRIPS : ROUND_TRIPS;
    this.#until = now + Math.max(CYCLE_MS, trips * this.#trip);
    this.#bytesFrom = this.bytes;
    this.#segments = 0;
    this.#recent = Infinity;
  }

  #steer(elapsed: number, now: number): boolean {
    const segments = this.#segments;
    const rate = (this.bytes - this.#bytesFrom) / elapsed;
    this.#rates[this.#cycles++ % RATES] = rate;
    this.#segmentBytes = (this.bytes - this.#bytesFrom) / segments;
    this.#shortestWay(now);
    this.#lookAtShards();
    const queue = (this.#queue = Math.max(0, this.#recent - this.#shortest - this.#uncertainty()));
    const share = this.#misses ? FILLED_LOSSY : FILLED_SHARE;
    const filled = (segments / elapsed) * (this.#trip + queue) > share * this.window;
    const overflowing = this.#lost > OVERFLOWING && this.#held > this.window;
    this.#held *= HELD_KEPT;
    this.#before = this.window;
    this.#setAt = now;
    if (filled || queue > LONG_MS) this.#set(queue, rate, now);
    else if (overflowing) this.#carried();
    this.#from(now);
    return true;
  }

  /** ms of queue that cannot be told from the way's own swing. */
  #uncertainty(): number {
    const steady = Math.abs(this.window - this.#before) < STEADY * this.#before;
    const difference = Math.abs(this.#recent - this.#recentBefore);
    if (steady && difference < Infinity)
      this.#swing += (Math.min(difference, SWING_MOST_MS) - this.#swing) / SWING_CYCLES;
    this.#recentBefore = this.#recent;
    return SWINGS * Math.max(0, this.#swing - SWING_LEAST_MS);
  }

  #lookAtShards(): void {
    const expected = this.shardsExpected - this.#expectedFrom;
    if (expected < TOLD_SHARDS) return;
    const lost = 1 - (this.shardsReceived - this.#receivedFrom) / expected;
    this.#lost += (lost - this.#lost) / 2;
    this.#expectedFrom = this.shardsExpected;
    this.#receivedFrom = this.shardsReceived;
  }

  /** More is sent, and sent again, than the line carries. */
  #carried(): void {
    const carried = (this.rate * (this.#trip + LEFT_MS)) / this.#segmentBytes;
    if (this.window <= carried) return;
    this.#starting = false;
    this.window = Math.max(LEAST, carried, this.window * SHRINKING);
  }

  #set(queue: number, rate: number, now: number): void {
    if (this.#wet > 0) {
      this.window = this.#wet;
      this.#wet = 0;
      return;
    }
    if (this.window < JUDGED * this.#shrunkFrom && this.#foreign(rate)) return;
    const trip = this.#trip;
    if (queue > LONG_MS) {
      this.#starting = false;
      this.#growth = GROWTH;
      if (this.#shrunkFrom === 0) {
        this.#shrunkFrom = this.window;
        this.#rateBefore = rate;
      }
      this.window *= Math.max(SHRINKING, (trip + LEFT_MS) / (trip + queue));
    } else if (queue > EMPTY_MS) {
      this.#starting = false;
      this.#growth = GROWTH;
    } else if (this.#starting) this.window *= START_GROWTH;
    else {
      this.#shrunkFrom = 0;
      this.window *= 1 + this.#growth;
      this.#growth = Math.min(2 * this.#growth, GROWTH_MOST);
    }
    this.window = Math.max(LEAST, this.window);
    if (now - this.#dryAt > DRY_MS) {
      this.#dryAt = now;
      this.#wet = this.window;
      this.window = Math.max(LEAST, (this.window * trip) / (trip + queue + DRY_BELOW_MS));
    }
  }

  /**
   * Where the queue is ours, as much comes as before though less is on the way. Where it is somebody else's, or a longer way,
   * less comes: then the window was right, and what the way takes now is its least.
   */
  #foreign(rate: number): boolean {
    const shrunk = this.window / this.#shrunkFrom;
    const foreign = rate < this.#rateBefore * (1 - FOREIGN_SHARE * (1 - shrunk));
    if (foreign) {
      this.window = this.#shrunkFrom;
      this.#shortest = this.#shortestNext = this.#recent - EMPTY_MS;
      this.#queue = EMPTY_MS;
    }
    this.#shrunkFrom = 0;
    return foreign;
  }

  #shortestWay(now: number): void {
    if (now - this.#shortestAt > SHORTEST_MS) {
      this.#shortest = this.#shortestNext;
      this.#shortestNext = Infinity;
      this.#shortestAt = now;
    }
    this.#shortest = Math.min(this.#shortest, this.#recent);
    this.#shortestNext = Math.min(this.#shortestNext, this.#recent);
  }
}
