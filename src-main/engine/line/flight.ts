import { diff } from '../kcp/segment.ts';
import type { GroupLog } from './group-log.ts';
import { LossMeter } from './loss.ts';
import { LineModel } from './model.ts';

/** Segments that are taken for the first round trip's rate. */
const FIRST_SEGMENTS = 32;
/** ms that a transmission may be overtaken by before it counts as lost: at first, and more for each needless repeat. */
const REORDERING_MS = 1;
const REORDERING_STEP_MS = 2;
/** How much of what was added a round trip without a needless repeat takes back. */
const REORDERING_FADE = 0.98;
/** So many in a row look like a lost datagram of ACKs, which KCP never repeats, rather than like lost segments. */
const RUN = 4;
/** Such a run is held back for so many round trips from its sending on. */
const RUN_ROUND_TRIPS = 2.2;
/** A peer that repeats its ACKs while something is missing, as ours does, is waited for so many times between two of them. */
const REPEATS_KNOWN = 3;
const REPEAT_SPANS = 2;
/** A queue of so many ms is not full: what is lost is the line's own loss. */
const SHORT_QUEUE_MS = 8;
/** The share of parity in what is sent is told from about so many segments. */
const FACTOR_SEGMENTS = 64;
/** So much of what the windows allow is taken for all of it: the last segment may be short. */
const BOUND_SHARE = 0.9;
const QUEUE_MS = 4;
const QUEUE_LEAST = 2;
const PTO_FIRST_MS = 200;
const PTO_MOST_MS = 60_000;
const PTO_GROWTH = 1.5;
/** A pause after which the line is taken up again as it was known, without a burst. */
const IDLE_MS = 200;

const NO_SLOTS = new Float64Array(0);
const NO_MARKS = new Uint8Array(0);

const NONE = 0;
/** It has left the line, though it was not answered: to be sent again. */
const LOST = 1;
/** It was sent while nothing more waited, or ratelimit held what did. */
const LIMITED = 2;

/** What SendWindow keeps of its segments, as far as it is read here. */
export interface Segments {
  readonly una: number;
  readonly nxt: number;
  readonly mask: number;
  readonly data: Int32Array;
  readonly lengths: Int32Array;
  readonly ts: Int32Array;
  readonly xmit: Int32Array;
}

/**
 * What a sender remembers of each transmission, and what it concludes when ACKs come: samples of round trip and rate for
 * the model, and which transmissions are lost (RACK, RFC 8985,
 * with the probe timeout of RFC 9002). KCP's ACKs name the transmission they answer, so no sample is ambiguous.
 *
 * A rate is taken over the time between two answered transmissions, the later of which was sent when the earlier was the
 * newest answered (draft-cheng-iccrg-delivery-rate-estimation). What counts are the bytes sent between them, answered or
 * not: what is lost at random, or only answered later, has passed the narrowest place too. What its queue drops has
 * not, and is taken off.
 *
 * It is kept by sn, in rings that grow as they fill. Times are ms with fraction.
 */
export class Flight {
  readonly model: LineModel;
  /** bytes of a full segment's datagram */
  private readonly segmentBytes: number;
  /** bytes of transmissions that are neither answered nor lost */
  inFlight = 0;
  /** transmissions that are lost and not yet sent again */
  losses = 0;
  /** repeats whose original was answered after all */
  needless = 0;
  /** ACKs of what had been acknowledged by name */
  repeats = 0;
  /** when to look for losses again though no ACK came */
  recheckAt = Infinity;
  /** told of each transmission that has left the line: the group it was in, and whether it was lost */
  onResolved: (group: number, lost: boolean) => void = () => {};
  #mask = -1;
  #sentAt = NO_SLOTS;
  /** bytes of datagrams sent before it */
  #wireThen = NO_SLOTS;
  /** the reference at the time: bytes sent before it, when it was sent, and when answered */
  #firstWire = NO_SLOTS;
  #firstSentAt = NO_SLOTS;
  #firstHeardAt = NO_SLOTS;
  /** bytes of segments answered before it was sent */
  #answeredThen = NO_SLOTS;
  #group = NO_SLOTS;
  #mark = NO_MARKS;
  /** bytes of segments answered */
  #answered = 0;
  /** bytes of datagrams sent: data, parity and ACKs */
  #wireSent = 0;
  /** the reference: the newest transmission that has been answered */
  #refWire = 0;
  #refSentAt = 0;
  #refHeardAt = 0;
  #roundEnd = 0;
  /** what is sent before the answer to something sent after so many bytes tells less than the line carries */
  #limitedUntil = -1;
  /** the newest transmission answered, and when that was heard */
  #newestSentAt = -Infinity;
  #newestSn = 0;
  #newestHeardAt = 0;
  /** the highest sn answered */
  #highest = -1;
  #reordering = REORDERING_MS;
  #lastSentAt = 0;
  #awakeSince = -Infinity;
  #heardAt = 0;
  /** the most that was in flight since an answer was heard */
  #most = 0;
  #timeouts = 0;
  // of the turn: its newest and oldest answered transmission
  #turnSentAt = -1;
  #turnOldest = 0;
  #turnSlot = 0;
  #turnMark = NONE;
  #turnAt = 0;
  #turnRecovered = false;
  #progress = false;
  /** bytes of datagrams and of segments lately, both fading alike */
  #wire = 0;
  #segments = 0;
  readonly #loss = new LossMeter();

  /**
   * @param overhead bytes of a datagram around a segment's data
   * @param interval ms between two flushes, taken for the peer's too until its ACKs show better
   */
  constructor(
    mss: number,
    private readonly overhead: number,
    private readonly interval: number,
    private readonly groups: GroupLog | undefined,
  ) {
    this.segmentBytes = mss + overhead;
    this.model = new LineModel(FIRST_SEGMENTS * this.segmentBytes, interval);
  }

  /** Bytes of datagrams, parity and all, for each byte of segments. */
  get factor(): number {
    return this.#segments > 0 ? Math.max(1, this.#wire / this.#segments) : 1;
  }

  /** Our window and the peer's allow so many segments in flight. */
  bounded(segments: number): void {
    this.model.bound = segments * this.segmentBytes * this.factor;
  }

  /** Whether the line has all it should have in flight. */
  get full(): boolean {
    return !this.model.near && this.inFlight * this.factor >= this.model.window;
  }

  /** Segments that may wait to be sent: what leaves within a few ms, so that whose turn it is is decided late. */
  queueLimit(mss: number): number {
    if (this.model.near) return Infinity;
    return Math.max(QUEUE_LEAST, (this.model.rate * QUEUE_MS) / this.factor / mss);
  }

  /** ms after which a transmission that nothing else tells of is repeated. */
  get timeout(): number {
    const { ackSpan } = this.model;
    const { srtt, rttvar } = this.model.trips;
    if (srtt === 0) return PTO_FIRST_MS;
    return srtt + Math.max(4 * rttvar, 2 * Math.max(this.interval, ackSpan), srtt / 8);
  }

  /** When to take the tail for lost; Infinity while nothing is outstanding. */
  timeoutAt({ una, nxt }: Segments): number {
    if (una === nxt) return Infinity;
    const backed = this.timeout * PTO_GROWTH ** Math.min(this.#timeouts, 20);
    return Math.max(this.#lastSentAt, this.#heardAt) + Math.min(backed, PTO_MOST_MS);
  }

  /** The probe timeout has passed, and something is sent again. */
  timedOut(): void {
    this.#timeouts++;
  }

  /** A datagram went out, whatever was in it. */
  spent(bytes: number): void {
    this.#wire += bytes;
    this.#wireSent += bytes;
  }

  /** Nothing more waits to be sent, or ratelimit holds it. */
  limited(): void {
    this.#limitedUntil = this.#wireSent;
  }

  isLost(sn: number): boolean {
    return (this.#mark[sn & this.#mask] & LOST) !== 0;
  }

  /** Segment `sn` of `length` bytes is being sent, for the first time or again. */
  sent(sn: number, length: number, again: boolean, now: number, segments: Segments): void {
    if (diff(segments.nxt, segments.una) >= this.#mask) this.#grow(segments);
    const slot = sn & this.#mask;
    const bytes = length + this.overhead;
    if (this.inFlight === 0 && this.losses === 0) {
      if (now - this.#lastSentAt > IDLE_MS) this.model.resumed(now);
      this.#refWire = this.#wireSent;
      this.#refSentAt = this.#refHeardAt = now;
    }
    if (again) {
      if (this.#mark[slot] & LOST) this.losses--;
      else this.inFlight -= bytes;
    }
    this.inFlight += bytes;
    if (this.inFlight > this.#most) this.#most = this.inFlight;
    const kept = 1 - 1 / FACTOR_SEGMENTS;
    this.#wire *= kept;
    this.#segments = this.#segments * kept + bytes;
    this.#sentAt[slot] = now;
    this.#wireThen[slot] = this.#wireSent;
    this.#firstWire[slot] = this.#refWire;
    this.#firstSentAt[slot] = this.#refSentAt;
    this.#firstHeardAt[slot] = this.#refHeardAt;
    this.#answeredThen[slot] = this.#answered;
    this.#group[slot] = this.groups ? this.groups.open : -1;
    this.#mark[slot] = this.#limitedUntil >= 0 ? LIMITED : NONE;
    this.#lastSentAt = now;
  }

  /**
   * Segment `sn` has arrived.
   * @param ts of the transmission that the ACK names; undefined where only una tells
   * @param recovered the ACK was rebuilt by FEC, and so is late
   */
  acknowledged(sn: number, ts: number | undefined, recovered: boolean, now: number, of: Segments): void {
    const slot = sn & this.#mask;
    const mark = this.#mark[slot];
    const at = sn & of.mask;
    const bytes = of.lengths[at] + this.overhead;
    const once = of.xmit[at] === 1;
    if (mark & LOST) {
      this.losses--;
      if (once || ts !== of.ts[at]) this.#overhasty(false);
    } else {
      this.inFlight -= bytes;
      this.#answered += bytes;
      this.#resolved(this.#group[slot], false, now);
      if (!once && ts !== undefined && ts !== of.ts[at]) this.#overhasty(true);
    }
    this.#progress = true;
    if (diff(sn, this.#highest) > 0) this.#highest = sn;
    if (!once && ts !== of.ts[at]) return;
    const sentAt = this.#sentAt[slot];
    if (this.#turnSentAt < 0 || sentAt < this.#turnOldest) this.#turnOldest = sentAt;
    // of what was sent in one burst, the last
    if (
      sentAt > this.#turnSentAt ||
      (sentAt === this.#turnSentAt && this.#wireThen[slot] > this.#wireThen[this.#turnSlot])
    ) {
      this.#turnSentAt = sentAt;
      this.#turnSlot = slot;
      this.#turnMark = mark;
      this.#turnAt = now;
      this.#turnRecovered = recovered;
    }
    if (sentAt > this.#newestSentAt || (sentAt === this.#newestSentAt && diff(sn, this.#newestSn) > 0)) {
      this.#newestSentAt = sentAt;
      this.#newestSn = sn;
      this.#newestHeardAt = now;
    }
  }

  /** The process did not run up to `now`: what was sent before is no measure of the line. */
  slept(now: number): void {
    this.#awakeSince = now;
  }

  /** Ends the input of a turn: what its ACKs tell about the line. */
  settle(now: number): void {
    if (!this.#progress) return;
    this.#progress = false;
    const silence = now - this.#heardAt;
    this.#heardAt = now;
    const idle = this.#most < this.segmentBytes;
    const most = this.#most * this.factor;
    this.#most = this.inFlight;
    this.#timeouts = 0;
    const sentAt = this.#turnSentAt;
    if (sentAt < 0) return;
    this.#turnSentAt = -1;
    // A late ACK is no reference for what comes after it.
    if (this.#turnRecovered || sentAt < this.#awakeSince) return;
    const { model } = this;
    const slot = this.#turnSlot;
    const at = this.#turnAt;
    const wire = this.#wireThen[slot];
    const rtt = at - sentAt;
    // Our own bound held us up, and all that was in flight is answered at once: the peer holds its ACKs for so long. What
    // is sent in one burst does not show that by its span.
    const burst =
      most >= Math.min(model.window, BOUND_SHARE * model.bound) && this.inFlight === 0 && this.losses === 0;
    const held = burst ? Math.min(silence, rtt - model.trips.propagation) : 0;
    model.roundTrip(rtt, held, idle, now);
    model.ackBatch(Math.max(sentAt - this.#turnOldest, held));
    if (wire > this.#limitedUntil) this.#limitedUntil = -1;
    const elapsed = Math.max(sentAt - this.#firstSentAt[slot], at - this.#firstHeardAt[slot]);
    const sent = wire - this.#firstWire[slot];
    if (sentAt >= this.#refSentAt) {
      this.#refWire = wire;
      this.#refSentAt = sentAt;
      this.#refHeardAt = at;
    }
    const roundOver = wire >= this.#roundEnd;
    if (roundOver) {
      this.#roundEnd = this.#wireSent;
      this.#reordering = REORDERING_MS + (this.#reordering - REORDERING_MS) * REORDERING_FADE;
    }
    if (elapsed <= 0) return;
    const limited = (this.#turnMark & LIMITED) !== 0;
    // What the queue drops has not passed: only what arrived counts, and the line's own loss.
    const arrived = ((this.#answered - this.#answeredThen[slot]) * this.factor) / (1 - this.#loss.unrepaired);
    const rate = this.quiet ? sent : Math.min(sent * (1 - this.#loss.dropped), arrived);
    const inFlight = this.inFlight * this.factor;
    model.delivery(rate / elapsed, Math.min(1, arrived / sent), limited, roundOver, inFlight, now);
  }

  /** Whether what is lost now is the line's own loss, and not the queue's. */
  get quiet(): boolean {
    return this.model.trips.standing <= SHORT_QUEUE_MS;
  }

  /** Finds the transmissions that are lost, in one pass over what is not answered below the highest that is. */
  detect(now: number, segments: Segments): void {
    const { una, mask, data } = segments;
    this.recheckAt = Infinity;
    if (diff(this.#highest, una) <= 0) return;
    let run = una;
    let length = 0;
    for (let sn = una; ; sn = (sn + 1) | 0) {
      const inside = diff(sn, this.#highest) < 0;
      if (inside && data[sn & mask] !== 0 && this.#overdue(sn, now)) {
        if (length++ === 0) run = sn;
        continue;
      }
      if (length > 0) this.#judge(run, length, now, segments);
      length = 0;
      if (!inside) return;
    }
  }

  /** Whether what was sent later has been answered for long enough; if not yet, but soon, `recheckAt` says when. */
  #overdue(sn: number, now: number): boolean {
    const slot = sn & this.#mask;
    if (this.#mark[slot] & LOST) return false;
    const sentAt = this.#sentAt[slot];
    const newest = this.#newestSentAt;
    if (sentAt > newest || (sentAt === newest && diff(sn, this.#newestSn) > 0)) return false;
    // What is rebuilt is answered when its group ends, which shows in the ACK of something sent after that.
    const ended = this.#endOf(slot);
    const horizon = Math.max(sentAt, ended) + this.#reordering;
    if (newest >= horizon) return true;
    const at = this.#newestHeardAt + horizon - newest + (ended > newest ? this.model.ackSpan : 0);
    if (now >= at) return true;
    if (at < this.recheckAt) this.recheckAt = at;
    return false;
  }

  #endOf(slot: number): number {
    return this.groups ? this.groups.endedAt(this.#group[slot]) : 0;
  }

  /** A run of transmissions that are overdue. */
  #judge(from: number, length: number, now: number, segments: Segments): void {
    const slot = from & this.#mask;
    if (length >= RUN && from !== segments.una) {
      // The ACK of what is missing before it tells by una whether the run has arrived.
      const { ackSpan } = this.model;
      const { srtt, noise } = this.model.trips;
      const wait =
        this.repeats > REPEATS_KNOWN ? srtt + noise + REPEAT_SPANS * ackSpan : RUN_ROUND_TRIPS * srtt;
      const until = Math.max(this.#sentAt[slot], this.#endOf(slot)) + wait;
      if (now < until) {
        if (until < this.recheckAt) this.recheckAt = until;
        return;
      }
    }
    for (let i = 0; i < length; i++) {
      const sn = (from + i) | 0;
      const at = sn & this.#mask;
      const bytes = segments.lengths[sn & segments.mask] + this.overhead;
      this.#mark[at] |= LOST;
      this.losses++;
      this.inFlight -= bytes;
      this.#resolved(this.#group[at], true, now);
    }
  }

  #resolved(group: number, lost: boolean, now: number): void {
    const { groups } = this;
    const repaired = groups !== undefined && group < groups.open && groups.parity(group) > 0;
    const { queue } = this.model.trips;
    // One that the model bears with is not full.
    const short = queue <= SHORT_QUEUE_MS || queue <= SHORT_QUEUE_MS * this.model.patience;
    if (short && this.model.settled(now)) this.onResolved(group, lost);
    // FEC hides what is lost, but for the groups without parity.
    this.#loss.add(lost, repaired, this.quiet);
  }

  /** What was taken for lost has arrived: packets overtake one another more than was thought. */
  #overhasty(repeated: boolean): void {
    if (repeated) this.needless++;
    const most = Math.max(REORDERING_MS, this.model.trips.srtt / 4);
    this.#reordering = Math.min(this.#reordering + REORDERING_STEP_MS, most);
  }

  #grow({ una, nxt }: Segments): void {
    const before = this.#mask;
    const slots = Math.max(64, (before + 1) * 2);
    this.#mask = slots - 1;
    const move = <Ring extends Float64Array | Uint8Array>(from: Ring, to: Ring): Ring => {
      for (let sn = una; sn !== nxt && before >= 0; sn = (sn + 1) | 0) {
        to[sn & this.#mask] = from[sn & before];
      }
      return to;
    };
    this.#sentAt = move(this.#sentAt, new Float64Array(slots));
    this.#wireThen = move(this.#wireThen, new Float64Array(slots));
    this.#firstWire = move(this.#firstWire, new Float64Array(slots));
    this.#firstSentAt = move(this.#firstSentAt, new Float64Array(slots));
    this.#answeredThen = move(this.#answeredThen, new Float64Array(slots));
    this.#firstHeardAt = move(this.#firstHeardAt, new Float64Array(slots));
    this.#group = move(this.#group, new Float64Array(slots));
    this.#mark = move(this.#mark, new Uint8Array(slots));
  }
}
