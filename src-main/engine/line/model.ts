import { RATE_ROUNDS, Rates } from './rates.ts';
import { Round } from './round.ts';
import { RoundTrips } from './round-trips.ts';

/**
 * What a sender knows of its line, and what follows for pacing and for what may be in flight: BBR's model (IETF draft
 * draft-ietf-ccwg-bbr) with a brake on standing queues. Times are ms, rates bytes of datagrams a ms.
 *
 * Two figures describe a line: `rate`, the highest rate at which transmissions lately left it, and `propagation`, the
 * shortest round trip lately seen. What is in flight beyond their product only waits in a queue. Random loss says
 * nothing about either, so a lost transmission counts as one that has passed; only what is lost beyond that, while
 * more is sent than the line carries, does not (see `Flight`).
 */

/** Without as short a round trip for so long, the queue is let run dry to see it again. */
const PROPAGATION_PROBE_MS = 5_000;
const PROBE_ROUND_TRIPS = 2;

/** Doubles the rate each round trip (BBR: 4 ln 2), until it no longer grows by a quarter in three rounds. */
const STARTUP_GAIN = 2.77;
const STARTUP_WINDOW_GAIN = 2.5;
const FULL_GROWTH = 1.25;
const FULL_ROUNDS = 3;
/**
 * The queue has begun to grow: the rest of the way in small steps, this much more a round trip. How much there is to find
 * shows only a round trip later, so the first step leaves no more than so many ms of queue.
 */
const FILL_STEP = 0.25;
const FILL_FIRST_MS = 30;
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
const PROBE_FOUND = 0.4;
const WINDOW_GAIN = 1.25;
const PROBING_WINDOW_GAIN = 1.5;
/** Of the time between two batches of ACKs, which is in flight too. */
const ACK_SPANS = 1.5;

/** ms of queue: below the first there is none to speak of, above the others the pace goes down. */
const EMPTY_MS = 4;
const SLOWER: readonly (readonly [number, number])[] = [
  [40, 0.7],
  [14, 0.88],
  [8, 0.94],
  [4, 0.98],
];
/**
 * The less of a line a sender has, the longer the queue that it takes before it goes slower, and the sooner it probes again:
 * so equal senders come to equal rates though none knows of the other (Swift, SIGCOMM 2020: a target delay that grows as the
 * window shrinks). Bytes/ms below which the queues above are stretched, and by how much.
 */
const PATIENCE_RATE = 1_400;
const PATIENCE_EXPONENT = 0.7;
const PATIENCE_MOST = 2.1;
/** Jitter is no better known than to this share of it. */
const NOISE_DOUBT = 1 / 8;
/** A queue that braking should have made shorter in a round trip, and has not by at least this share of what it should. */
const BRAKED_SHARE = 0.5;
/** Where less than this share of what is sent arrives, the pace goes down at once, at most to the second. */
const LITTLE_SHARE = 0.8;
const BRAKED_LEAST = 0.5;
/**
 * When braking has left this share of what was in flight, and round trips have become shorter by less than the second
 * share of what that should bring, the queue is not ours.
 */
const JUDGED_AT = 0.85;
const FOREIGN_SHARE = 0.5;
/** Then so much of what braking took is taken back, as an exponent, times patience: who has much leaves the rest to the other. */
const TAKEN_BACK = 0.6;
/** A queue that lets less than this pass, and drops the rest, is as long with less in flight. */
const PASSED_LEAST = 0.95;
/** A queue that shows at the start, and lets less than this pass, is full. */
const PASSED_START = 0.85;
/** That is told from so many turns of a round: in fewer, what is lost at random looks like it. */
const OVERFLOW_SAMPLES = 5;

/**
 * On the same machine or network nothing is to be gained by pacing, and timers are too coarse for it: ms, bytes/ms.
 * Nor where the windows hold a sender back: this share of them has left before the peer, which holds its ACKs, answers.
 */
const NEAR_MS = 1.5;
const NEAR_RATE = 25_000;
const NEAR_SHARE = 0.7;

/** Two segments in a round trip, or in so many ms, are sent in any case. */
const LITTLE_MS = 40;

export type LineState = 'start-up' | 'fill' | 'drain' | 'cruise' | 'probe-round-trip';

/** What was before the pace went down: rate, round trip and bytes in flight. */
interface Braked {
  readonly rate: number;
  trip: number;
  readonly inFlight: number;
}

export class LineModel {
  state: LineState = 'start-up';
  readonly trips = new RoundTrips();
  /** ms between two batches of the peer's ACKs, at most */
  ackSpan: number;
  /** bytes that our window and the peer's allow to be in flight */
  bound = Infinity;
  /** ratelimit, in bytes/ms */
  most = Infinity;
  readonly #rates = new Rates();
  readonly #round = new Round();
  #braked: Braked | undefined;
  #brakedFor = 0;
  #queueBefore = 0;
  #fullRate = 0;
  #fullRounds = 0;
  #phase = 2;
  #phaseAt = 0;
  #fillRounds = 0;
  /** more has been found since it filled, or is known to be there */
  #grown = false;
  /** ms of queue, at most after a probe and before it */
  #peak = 0;
  #unprobed = 0;
  #probedMs = 0;
  #drainedAt = 0;
  /** rttvar while little was sent: what of it is jitter */
  #idleVar = 0;
  #probeUntil = 0;
  /** of a round of the start-up: the rate, and the least ms of queue that stood in it, and in the one before */
  #rateBefore = 0;
  #stoodBefore = Infinity;
  #stood = Infinity;
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
    if (this.#rates.highest === 0) return this.least / (this.trips.srtt > 0 ? this.trips.srtt : 100);
    // What little is sent must tell whether more would pass; near by, that is more than a slow line carries.
    const probing = this.least / 16 / Math.max(LITTLE_MS, this.trips.propagation + this.ackSpan);
    return Math.min(this.most, Math.max(this.#rates.highest, probing));
  }

  /** Whether `rate` is measured. */
  get known(): boolean {
    return this.#rates.highest > 0;
  }

  /** Whether the start-up's queue, and what it dropped, is behind us, or has not begun. */
  settled(now: number): boolean {
    if (this.state === 'start-up') return true;
    return this.state !== 'fill' && this.state !== 'drain' && now - this.#drainedAt > 2 * this.trips.srtt;
  }

  /** The peer is on the same machine or network. */
  get local(): boolean {
    return this.trips.propagation < NEAR_MS;
  }

  /** Neither paced nor bounded: the machine is the limit, not a line. */
  get near(): boolean {
    if (!this.local) return false;
    const rate = Math.min(this.most, this.#rates.highest);
    return rate > NEAR_RATE || rate * (this.trips.propagation + this.ackSpan) > NEAR_SHARE * this.bound;
  }

  /** Bytes/ms at which to send. */
  get pace(): number {
    const { rate } = this;
    switch (this.state) {
      case 'start-up':
        return STARTUP_GAIN * Math.max(rate, this.least / Math.max(this.trips.srtt, 1));
      case 'fill':
        return rate * (1 + this.#fillStep);
      case 'drain':
        return DRAIN_GAIN * rate;
      case 'probe-round-trip':
        return rate * 0.75;
      case 'cruise':
        return rate * this.#cruiseGain();
    }
  }

  get #fillStep(): number {
    return this.#grown ? FILL_STEP : Math.min(FILL_STEP, FILL_FIRST_MS / this.trips.propagation);
  }

  /** Bytes that may be in flight. */
  get window(): number {
    const { rate, ackSpan } = this;
    if (this.trips.propagation === Infinity) return this.least;
    const span = ACK_SPANS * ackSpan * rate;
    const product = rate * this.trips.base;
    switch (this.state) {
      case 'start-up':
      case 'fill':
        return Math.max(this.least, STARTUP_WINDOW_GAIN * product + span);
      case 'probe-round-trip':
        return Math.max(this.least / 8, product / 2);
      default: {
        const gain = this.#phase === UP ? PROBING_WINDOW_GAIN : WINDOW_GAIN;
        return Math.max(this.least / 8, gain * product + span);
      }
    }
  }

  #cruiseGain(): number {
    const gain = CYCLE[this.#phase];
    if (gain !== 1) return gain;
    const queue = (this.trips.queue - NOISE_DOUBT * this.trips.noise) / this.patience;
    for (const [longer, slower] of SLOWER) if (queue > longer) return slower;
    return 1;
  }

  /** By how much a queue may be longer than where the sender has much of a line. */
  get patience(): number {
    const patience = (PATIENCE_RATE / this.rate) ** PATIENCE_EXPONENT;
    return Math.min(Math.max(1, patience), PATIENCE_MOST);
  }

  /**
   * One turn's newest round trip.
   * @param held how much of it the peer held its ACK back
   * @param idle whether less than a segment was in flight: then it meets no queue of ours
   */
  roundTrip(rtt: number, held: number, idle: boolean, now: number): void {
    // The peer may have waited with an ACK of little: what is answered in a stream of ACKs shows no such wait.
    if (idle) held = Math.max(held, Math.min(this.ackSpan, rtt - this.trips.propagation));
    this.trips.add(rtt, held, this.state === 'start-up' || this.state === 'fill', now);
    this.#round.trip.add(rtt - held);
  }

  /** One turn's ACKs answered transmissions of so many ms. */
  ackBatch(span: number): void {
    this.#spanNext = Math.max(this.#spanNext, Math.min(span, 100));
    if (this.#rates.rounds - this.#spanRound >= RATE_ROUNDS) {
      this.#spanRound = this.#rates.rounds;
      this.ackSpan = this.#spanNext;
      this.#spanNext = 0;
    } else if (this.#spanNext > this.ackSpan) this.ackSpan = this.#spanNext;
  }

  /**
   * One turn's rate of delivery.
   * @param passed share of what was sent, less the line's own loss, that was answered
   * @param limited whether the sender had nothing more to send: then it may tell less than the line carries
   * @param inFlight bytes
   */
  delivery(
    rate: number,
    passed: number,
    limited: boolean,
    roundOver: boolean,
    inFlight: number,
    now: number,
  ): void {
    const round = this.#round;
    if (!limited) round.delivered.add(rate);
    round.inFlight.add(inFlight);
    round.passed.add(passed);
    this.#rates.add(rate, limited, roundOver);
    if (this.state === 'start-up' && !limited) this.#notOurs(roundOver);
    this.#advance(limited, roundOver, inFlight, now);
    if (roundOver) round.clear();
  }

  #advance(limited: boolean, roundOver: boolean, inFlight: number, now: number): void {
    if (limited && this.trips.rttvar < this.trips.srtt / 3) this.#idleVar = this.trips.rttvar;
    switch (this.state) {
      case 'start-up': {
        const grown = Math.min(Math.max(this.trips.propagation / 8, EMPTY_MS), 16);
        if (!limited && this.trips.queue > Math.max(grown, 4 * this.#idleVar)) {
          this.#enter('fill', now);
        } else if (roundOver && this.#overflowing) {
          this.#rates.hold(this.#round.delivered.value);
          this.#enter('drain', now);
        } else if (roundOver && !limited && this.#full(FULL_GROWTH, FULL_ROUNDS)) this.#enter('drain', now);
        break;
      }
      case 'fill':
        if (!roundOver) break;
        if (limited) this.#enter('cruise', now);
        else if (this.#overflowing) this.#enter('drain', now);
        else if (this.#full(FILL_GROWTH, this.trips.queue > FILL_QUEUE_MS ? 1 : FILL_ROUNDS))
          this.#enter('drain', now);
        else if (--this.#fillRounds <= 0 && this.trips.queue > FILL_QUEUE_MS) this.#enter('drain', now);
        break;
      case 'drain':
        if (inFlight <= this.rate * this.trips.propagation || now - this.#phaseAt > 1.5 * this.trips.srtt) {
          this.#enter('cruise', now);
        }
        break;
      case 'probe-round-trip':
        if (now >= this.#probeUntil) this.#enter('cruise', now);
        break;
      case 'cruise':
        if (roundOver) this.#brake(now);
        this.#cycle(inFlight, now);
        if (now - this.trips.shortestAt > PROPAGATION_PROBE_MS && !limited) this.#probe(now);
    }
  }

  /**
   * We send slower than we think the line carries, so the queue should have become shorter by as much. If it has not, the
   * line carries less: what was sent in this round is the most it does. Or it is not ours.
   */
  #brake(now: number): void {
    // Two that each take a full queue for the other's would keep it full.
    if (this.#overflowing) this.trips.foreign /= 2;
    const gain = this.#cruiseGain();
    const since = now - this.#brakedFor;
    const before = this.#queueBefore;
    const { queue } = this.trips;
    this.#queueBefore = queue;
    this.#brakedFor = now;
    const least = SLOWER[2][0] * this.patience + this.trips.noise;
    if (queue <= least) {
      this.#braked = undefined;
      return;
    }
    // As slow as we ever are, and the queue is as long.
    if (this.#rates.highest < this.rate) return this.#foreign();
    if (this.#braked && this.#judge(this.#braked, now)) return;
    if (this.#round.delivered.samples === 0) return;
    const share = this.#round.delivered.value / this.#rates.highest;
    const little = share < LITTLE_SHARE;
    if (!little && (gain >= 1 || before <= least)) return;
    if (!little && before - queue >= BRAKED_SHARE * (1 - gain) * since) return;
    this.#braked ??= {
      rate: this.#rates.highest,
      trip: this.#round.trip.value,
      inFlight: this.#round.inFlight.value,
    };
    this.#rates.limit(this.#rates.highest * (little ? Math.max(share, BRAKED_LEAST) : gain));
  }

  /**
   * Where the queue is ours, round trips become shorter when less is in flight. Where it is somebody else's, or a longer way,
   * or a line that swings, less arrives instead: then it is not for us to yield to it.
   */
  #judge(braked: Braked, now: number): boolean {
    const trip = this.#round.trip.value;
    braked.trip = Math.max(braked.trip, trip);
    // what is answered now was sent a round ago
    const left = this.#round.inFlightBefore / braked.inFlight;
    // Of a few segments it tells nothing how many are answered within the round.
    if (this.#round.passed.value < PASSED_LEAST && braked.inFlight > this.least) {
      this.#braked = undefined;
      return false;
    }
    if (left > JUDGED_AT) return false;
    this.#braked = undefined;
    if (trip / braked.trip <= left / (1 - FOREIGN_SHARE * (1 - left))) return false;
    this.#foreign();
    const { highest } = this.#rates;
    this.#rates.restore(highest * (braked.rate / highest) ** Math.min(1, TAKEN_BACK * this.patience));
    // A probe tells whether there is room for the rest.
    this.#phase = UP;
    this.#phaseAt = now;
    return true;
  }

  /** Where a round brings much more than the one before, the line had room then, and what stood before it was not our queue. */
  #notOurs(roundOver: boolean): void {
    this.#stood = Math.min(this.#stood, this.trips.standing);
    if (!roundOver) return;
    const { highest } = this.#rates;
    if (highest >= FULL_GROWTH * this.#rateBefore && this.#stoodBefore < Infinity)
      this.trips.foreign = Math.max(this.trips.foreign, this.#stoodBefore);
    this.#rateBefore = highest;
    this.#stoodBefore = this.#stood;
    this.#stood = Infinity;
  }

  /** What there is of a queue is not ours. */
  #foreign(): void {
    this.#braked = undefined;
    this.trips.foreign += this.trips.queue;
  }

  /** Whether what was sent in the round has filled the queue, and much was dropped. */
  get #overflowing(): boolean {
    const { delivered, passed } = this.#round;
    return (
      delivered.samples >= OVERFLOW_SAMPLES && this.trips.standing > EMPTY_MS && passed.value < PASSED_START
    );
  }

  #enter(state: LineState, now: number): void {
    if (this.state === 'drain') this.#drainedAt = now;
    this.#grown = this.state === 'start-up';
    this.state = state;
    this.#phaseAt = now;
    this.#fullRounds = 0;
    this.#fullRate = this.#rates.highest;
    if (state === 'fill') this.#fillRounds = FILL_ROUNDS;
    if (state === 'cruise') this.#phase = 2;
  }

  #full(growth: number, rounds: number): boolean {
    if (this.#rates.highest >= this.#fullRate * growth) {
      this.#fullRate = this.#rates.highest;
      this.#fullRounds = 0;
      this.#grown = true;
      return false;
    }
    return ++this.#fullRounds >= rounds;
  }

  #cycle(inFlight: number, now: number): void {
    const elapsed = now - this.#phaseAt;
    const trip = this.trips.propagation + this.ackSpan;
    this.#peak = Math.max(this.#peak, this.trips.queue);
    const over =
      this.#phase === UP
        ? elapsed >
          (this.trips.foreign > EMPTY_MS
            ? this.trips.base
            : Math.min(trip, PROBE_MS + this.trips.noise / (CYCLE[UP] - 1)))
        : this.#phase === DOWN
          ? elapsed > trip || inFlight <= this.rate * this.trips.propagation
          : elapsed > trip;
    if (!over) return;
    if (this.#phase === UP) {
      this.#peak = 0;
      this.#probedMs = elapsed * (CYCLE[UP] - 1);
    }
    const last = AFTER + Math.ceil((CYCLE.length - AFTER - 1) / this.patience);
    const next = this.#phase >= last ? UP : this.#phase + 1;
    if (next === UP) this.#unprobed = this.trips.queue;
    this.#phaseAt = now;
    if (this.#phase === AFTER && this.#probedMs > 0) {
      const found = this.#peak - this.#unprobed < PROBE_FOUND * this.#probedMs;
      this.#probedMs = 0;
      if (found && !this.#overflowing) return this.#enter('fill', now);
    }
    // With a queue there is nothing to probe for.
    this.#phase = next === UP && this.trips.queue > SLOWER[3][0] * this.patience ? AFTER : next;
  }

  #probe(now: number): void {
    this.#enter('probe-round-trip', now);
    this.#probeUntil = now + PROBE_ROUND_TRIPS * this.trips.propagation + this.ackSpan;
    this.trips.shortestAt = now;
  }

  /** Nothing was in flight for a while: what is known stays, and the next bulk is paced from its first segment on. */
  resumed(now: number): void {
    this.#braked = undefined;
    this.trips.forgetQueue();
    // It has run dry.
    this.trips.shortestAt = now;
    if (this.state === 'cruise') {
      this.#phase = 2;
      this.#phaseAt = now;
    }
  }
}
