/**
 * What a sender knows of its line, and what follows for pacing and for what may be in flight: BBR's model (IETF draft
 * draft-ietf-ccwg-bbr) with a brake on standing queues. Times are ms, rates bytes of datagrams a ms.
 *
 * Two figures describe a line: `rate`, the highest rate at which transmissions lately left it, and `propagation`, the
 * shortest round trip lately seen. What is in flight beyond their product only waits in a queue. Random loss says
 * nothing about either, so a lost transmission counts as one that has passed; only what is lost beyond that, while
 * more is sent than the line carries, does not (see `Flight`).
 */

/** Rounds over which the highest rate is kept: more than a cycle of probing. */
const RATE_ROUNDS = 10;
/** How long the shortest round trip is believed. */
const PROPAGATION_MS = 10_000;
const PROPAGATION_SAMPLES = 20;
/** One round trip may be so much longer than they were. */
const OUTLIER = 3;
const OUTLIER_MS = 100;
/** Without as short a round trip for so long, the queue is let run dry to see it again. */
const PROPAGATION_PROBE_MS = 5_000;
const PROBE_ROUND_TRIPS = 2;

/** Doubles the rate each round trip (BBR: 4 ln 2), until it no longer grows by a quarter in three rounds. */
const STARTUP_GAIN = 2.77;
const STARTUP_WINDOW_GAIN = 2.5;
const FULL_GROWTH = 1.25;
const FULL_ROUNDS = 3;
/** The queue has begun to grow: the rest of the way in small steps. */
const FILL_GAIN = 1.25;
const FILL_ROUNDS = 3;
const FILL_GROWTH = 1.05;
const FILL_QUEUE_MS = 8;
const DRAIN_GAIN = 0.35;
const CYCLE = [1.25, 0.75, 1, 1, 1, 1, 1, 1] as const;
const UP = 0;
const DOWN = 1;
const AFTER = 2;
/** A probe need not be longer, so that it leaves no more than 15 ms of queue. */
const PROBE_MS = 60;
/** A probe that leaves less than this share of the queue that it should has found more line. */
const PROBE_FOUND = 0.35;
const WINDOW_GAIN = 1.25;
const PROBING_WINDOW_GAIN = 1.5;
/** While others fill the queue too (BBR's cwnd_gain). */
const SHARING_WINDOW_GAIN = 2;
/** Of the time between two batches of ACKs, which is in flight too. */
const ACK_SPANS = 1.5;

/** Round trips, at least, of which the shortest is taken. */
const QUARTER_SAMPLES = 5;
/** ms of queue: below the first there is none to speak of, above the others the pace goes down. */
const EMPTY_MS = 4;
const SLOWER: readonly (readonly [number, number])[] = [
  [14, 0.88],
  [8, 0.94],
  [4, 0.98],
];
const NOISE_MOST_MS = 50;
/** A queue that does not run dry though we are slower is somebody else's. */
const SHARED_LEAST_MS = 10;
const SHARED_MS = 1_000;
const SHARED_ROUND_TRIPS = 8;
/** A queue that braking should have made shorter in a round trip, and has not by at least this share of what it should. */
const BRAKED_SHARE = 0.5;

/**
 * On the same machine or network nothing is to be gained by pacing, and timers are too coarse for it: ms, bytes/ms.
 * Nor where the windows hold a sender back: this share of them has left before the peer, which holds its ACKs, answers.
 */
const NEAR_MS = 1.5;
const NEAR_RATE = 25_000;
const NEAR_SHARE = 0.7;

export type LineState = 'start-up' | 'fill' | 'drain' | 'cruise' | 'probe-round-trip';

export class LineModel {
  state: LineState = 'start-up';
  /** Infinity until the first round trip */
  propagation = Infinity;
  srtt = 0;
  rttvar = 0;
  /** the shortest round trip of the latest quarter of a round: what it is above `propagation` is queue */
  recent = Infinity;
  /** ms between two batches of the peer's ACKs, at most */
  ackSpan: number;
  /** ms by which round trips differ within a moment: jitter, which is no queue */
  noise = 0;
  /** somebody else fills the queue */
  shared = false;
  /** bytes that our window and the peer's allow to be in flight */
  bound = Infinity;
  rounds = 0;
  /** the highest rate of each of the latest rounds */
  readonly #rates: number[] = new Array<number>(RATE_ROUNDS).fill(0);
  #rate = 0;
  #propagationAt = 0;
  #fullRate = 0;
  #fullRounds = 0;
  #phase = 2;
  #phaseAt = 0;
  #quarterMin = Infinity;
  #quarterMax = 0;
  #quarterSamples = 0;
  #peak = 0;
  #probedMs = 0;
  #drainedAt = 0;
  /** rttvar while little was sent: what of it is jitter */
  #idleVar = 0;
  #quarterAt = 0;
  #emptyAt = 0;
  #probeUntil = 0;
  #spanRound = 0;
  #spanNext = 0;

  /** @param least what is taken for the first round trip's rate, in bytes */
  constructor(
    private readonly least: number,
    interval: number,
  ) {
    this.ackSpan = interval;
  }

  /** Bytes a ms; a guess until something was measured. */
  get rate(): number {
    if (this.#rate === 0) return this.least / (this.srtt > 0 ? this.srtt : 100);
    // What little is sent must tell whether more would pass.
    return Math.max(this.#rate, this.least / 16 / (this.propagation + this.ackSpan));
  }

  /** Whether `rate` is measured. */
  get known(): boolean {
    return this.#rate > 0;
  }

  /** ms that the latest transmissions waited in a queue. */
  get queue(): number {
    return this.recent === Infinity ? 0 : Math.max(0, this.recent - this.propagation - this.noise);
  }

  /** Whether the start-up's queue, and what it dropped, is behind us, or has not begun. */
  settled(now: number): boolean {
    if (this.state === 'start-up') return true;
    return this.state !== 'fill' && this.state !== 'drain' && now - this.#drainedAt > 2 * this.srtt;
  }

  /** The peer is on the same machine or network. */
  get local(): boolean {
    return this.propagation < NEAR_MS;
  }

  /** Neither paced nor bounded: the machine is the limit, not a line. */
  get near(): boolean {
    if (!this.local) return false;
    return this.#rate > NEAR_RATE || this.#rate * (this.propagation + this.ackSpan) > NEAR_SHARE * this.bound;
  }

  /** Bytes/ms at which to send. */
  get pace(): number {
    const { rate } = this;
    switch (this.state) {
      case 'start-up':
        return STARTUP_GAIN * Math.max(rate, this.least / Math.max(this.srtt, 1));
      case 'fill':
        return FILL_GAIN * rate;
      case 'drain':
        return DRAIN_GAIN * rate;
      case 'probe-round-trip':
        return rate * 0.75;
      case 'cruise':
        return rate * this.#cruiseGain();
    }
  }

  /** Bytes that may be in flight. */
  get window(): number {
    const { rate, propagation, ackSpan } = this;
    if (propagation === Infinity) return this.least;
    const span = ACK_SPANS * ackSpan * rate;
    const product = rate * (propagation + this.noise);
    switch (this.state) {
      case 'start-up':
      case 'fill':
        return Math.max(this.least, STARTUP_WINDOW_GAIN * product + span);
      case 'probe-round-trip':
        return Math.max(this.least / 8, product / 2);
      default: {
        const gain = this.shared
          ? SHARING_WINDOW_GAIN
          : this.#phase === UP
            ? PROBING_WINDOW_GAIN
            : WINDOW_GAIN;
        return Math.max(this.least / 8, gain * product + span);
      }
    }
  }

  #cruiseGain(): number {
    const gain = CYCLE[this.#phase];
    if (gain !== 1 || this.shared) return gain;
    for (const [queue, slower] of SLOWER) if (this.queue > queue) return slower;
    return 1;
  }

  /** One turn's newest round trip. @param held how much of it the peer held its ACK back: no queue of the line's */
  roundTrip(rtt: number, held: number, now: number): void {
    if (this.srtt === 0) {
      this.srtt = rtt;
      this.rttvar = rtt / 2;
    } else {
      // A peer that slept, or a route that changed: one sample does not tell which.
      const believed = Math.min(rtt, OUTLIER * this.srtt + OUTLIER_MS);
      this.rttvar += (Math.abs(believed - this.srtt) - this.rttvar) / 4;
      this.srtt += (believed - this.srtt) / 8;
    }
    this.#shortest(rtt, now);
    const passing = rtt - held;
    if (passing < this.#quarterMin) this.#quarterMin = passing;
    if (passing > this.#quarterMax) this.#quarterMax = passing;
    this.#quarterSamples++;
    const passed = now - this.#quarterAt;
    if (
      passed > this.propagation / 4 &&
      (this.#quarterSamples >= QUARTER_SAMPLES || passed > this.propagation)
    ) {
      this.recent = this.#quarterMin;
      const spread = Math.min((this.#quarterMax - this.#quarterMin) / 2, NOISE_MOST_MS);
      // A queue that grows or shrinks by itself would look like jitter.
      if (this.state !== 'start-up' && this.state !== 'fill') this.noise += (spread - this.noise) / 8;
      this.#quarterMin = Infinity;
      this.#quarterMax = 0;
      this.#quarterSamples = 0;
      this.#quarterAt = now;
    }
    if (this.queue <= SHARED_LEAST_MS) {
      this.#emptyAt = now;
      this.shared = false;
    }
  }

  /** Keeps the shortest round trip of the latest period that had enough of them, and of the present one. */
  #shortest(rtt: number, now: number): void {
    this.#periodMin = Math.min(this.#periodMin, rtt);
    this.#periodSamples++;
    if (now - this.#periodAt > PROPAGATION_MS && this.#periodSamples >= PROPAGATION_SAMPLES) {
      this.propagation = this.#periodMin;
      this.#periodMin = Infinity;
      this.#periodSamples = 0;
      this.#periodAt = now;
    }
    if (rtt <= this.propagation) this.propagation = rtt;
    if (rtt < this.propagation * 1.02 + 1) this.#propagationAt = now;
  }
  #periodMin = Infinity;
  #periodSamples = 0;
  #periodAt = 0;

  /** One turn's ACKs answered transmissions of so many ms. */
  ackBatch(span: number): void {
    this.#spanNext = Math.max(this.#spanNext, Math.min(span, 100));
    if (this.rounds - this.#spanRound >= RATE_ROUNDS) {
      this.#spanRound = this.rounds;
      this.ackSpan = this.#spanNext;
      this.#spanNext = 0;
    } else if (this.#spanNext > this.ackSpan) this.ackSpan = this.#spanNext;
  }

  /**
   * One turn's rate of delivery.
   * @param limited whether the sender had nothing more to send: then it may tell less than the line carries
   * @param inFlight bytes
   */
  delivery(rate: number, limited: boolean, roundOver: boolean, inFlight: number, now: number): void {
    if (roundOver) {
      this.rounds++;
      this.#rates[this.rounds % RATE_ROUNDS] = 0;
    }
    if (!limited || rate > this.#rate) {
      const at = this.rounds % RATE_ROUNDS;
      if (rate > this.#rates[at]) this.#rates[at] = rate;
    }
    if (roundOver || rate > this.#rate) {
      let most = 0;
      for (let i = 0; i < RATE_ROUNDS; i++) if (this.#rates[i] > most) most = this.#rates[i];
      // After a pause every sample may be a limited one: what was known stays.
      if (most > 0) this.#rate = most;
    }
    this.#advance(limited, roundOver, inFlight, now);
  }

  #advance(limited: boolean, roundOver: boolean, inFlight: number, now: number): void {
    if (limited && this.rttvar < this.srtt / 3) this.#idleVar = this.rttvar;
    switch (this.state) {
      case 'start-up': {
        const grown = Math.min(Math.max(this.propagation / 8, EMPTY_MS), 16);
        if (!limited && this.queue > Math.max(grown, 2 * this.#idleVar)) {
          this.#enter('fill', now);
        } else if (roundOver && !limited && this.#full(FULL_GROWTH, FULL_ROUNDS)) this.#enter('drain', now);
        break;
      }
      case 'fill':
        if (!roundOver || limited) break;
        if (this.#full(FILL_GROWTH, this.queue > FILL_QUEUE_MS ? 1 : FILL_ROUNDS)) this.#enter('drain', now);
        else if (--this.#fillRounds <= 0 && this.queue > FILL_QUEUE_MS) this.#enter('drain', now);
        break;
      case 'drain':
        if (inFlight <= this.rate * this.propagation || now - this.#phaseAt > 1.5 * this.srtt) {
          this.#enter('cruise', now);
        }
        break;
      case 'probe-round-trip':
        if (now >= this.#probeUntil) this.#enter('cruise', now);
        break;
      case 'cruise':
        if (roundOver && !this.shared) this.#brake(now);
        this.#cycle(inFlight, now);
        if (now - this.#propagationAt > PROPAGATION_PROBE_MS && !limited) this.#probe(now);
        else if (now - this.#emptyAt > Math.max(SHARED_MS, SHARED_ROUND_TRIPS * this.srtt))
          this.shared = true;
    }
  }
  #fillRounds = 0;
  #draining = false;
  #queueBefore = 0;
  #brakedFor = 0;

  /**
   * We send slower than we think the line carries, so the queue should have become shorter by as much. If it has not, the
   * line carries less: what was sent in this round is the most it does.
   */
  #brake(now: number): void {
    const gain = this.#cruiseGain();
    const since = now - this.#brakedFor;
    const before = this.#queueBefore;
    this.#queueBefore = this.queue;
    this.#brakedFor = now;
    const least = SLOWER[1][0] + this.noise;
    if (gain >= 1 || before <= least || this.queue <= least) return;
    if (before - this.queue >= BRAKED_SHARE * (1 - gain) * since) return;
    for (let i = 0; i < RATE_ROUNDS; i++) this.#rates[i] = Math.min(this.#rates[i], gain * this.#rate);
    this.#rate *= gain;
  }

  #enter(state: LineState, now: number): void {
    this.#draining = this.state === 'drain';
    this.state = state;
    this.#phaseAt = now;
    this.#fullRounds = 0;
    this.#fullRate = this.#rate;
    if (state === 'fill') this.#fillRounds = FILL_ROUNDS;
    if (state === 'cruise') {
      if (this.#draining) this.#drainedAt = now;
      this.#phase = 2;
      this.#emptyAt = now;
    }
  }

  #full(growth: number, rounds: number): boolean {
    if (this.#rate >= this.#fullRate * growth) {
      this.#fullRate = this.#rate;
      this.#fullRounds = 0;
      return false;
    }
    return ++this.#fullRounds >= rounds;
  }

  #cycle(inFlight: number, now: number): void {
    const elapsed = now - this.#phaseAt;
    const trip = this.propagation + this.ackSpan;
    this.#peak = Math.max(this.#peak, this.queue);
    const over =
      this.#phase === UP
        ? elapsed > Math.min(trip, PROBE_MS + this.noise / (CYCLE[UP] - 1))
        : this.#phase === DOWN
          ? elapsed > trip || inFlight <= this.rate * this.propagation
          : elapsed > trip;
    if (!over) return;
    if (this.#phase === UP) {
      this.#peak = 0;
      this.#probedMs = elapsed * (CYCLE[UP] - 1);
    }
    const next = (this.#phase + 1) % CYCLE.length;
    this.#phaseAt = now;
    if (this.#phase === AFTER && this.#probedMs > 0) {
      const found = this.#peak < PROBE_FOUND * this.#probedMs && !this.shared;
      this.#probedMs = 0;
      if (found) return this.#enter('fill', now);
    }
    // With a queue there is nothing to probe for.
    this.#phase = next === UP && this.queue > SLOWER[2][0] && !this.shared ? AFTER : next;
  }

  #probe(now: number): void {
    this.#enter('probe-round-trip', now);
    this.#probeUntil = now + PROBE_ROUND_TRIPS * this.propagation + this.ackSpan;
    this.#propagationAt = now;
  }

  /** Nothing was in flight for a while: what is known stays, and the next bulk is paced from its first segment on. */
  resumed(now: number): void {
    this.#emptyAt = now;
    this.#quarterMin = Infinity;
    this.recent = Infinity;
    if (this.state === 'cruise') {
      this.#phase = 2;
      this.#phaseAt = now;
    }
  }
}
