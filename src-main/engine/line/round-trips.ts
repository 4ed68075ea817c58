/** How long the shortest round trip is believed, and how many it is chosen from. */
const PROPAGATION_MS = 10_000;
const PROPAGATION_SAMPLES = 20;
/** One round trip may be so much longer than they were. */
const OUTLIER = 3;
const OUTLIER_MS = 100;
/**
 * A moment: so many round trips, at least, as ACKs come in batches, in which all are alike; and so many ms, however far the
 * line is: the queue of a probe lasts longer than that.
 */
const MOMENT_SAMPLES = 5;
const MOMENT_MS = 25;
/** Of how far round trips differ within a moment. */
const NOISE_SHARE = 0.75;
const NOISE_MOST_MS = 50;
/** A queue of others may grow by so much, and is forgotten so fast in each moment that has less of it. */
const FOREIGN_SWING = 1.25;
const FOREIGN_FADE = 0.25;

/** What round trips tell about a line, in ms: its propagation, its jitter, and how long its queue is. */
export class RoundTrips {
  /** the shortest lately seen; Infinity until the first */
  propagation = Infinity;
  /** when one about as short was last seen */
  shortestAt = 0;
  srtt = 0;
  rttvar = 0;
  /** by how much they differ within a moment: jitter, which is no queue */
  noise = 0;
  /** of the queue what is not ours: it stays when we send less */
  foreign = 0;
  /** the shortest of the latest moment: what it is above `propagation` is queue */
  #recent = Infinity;
  #momentMin = Infinity;
  #momentMax = 0;
  #momentSamples = 0;
  #momentAt = 0;
  #periodMin = Infinity;
  #periodSamples = 0;
  #periodAt = 0;

  /** The queue as the latest moment saw it, whoever fills it. */
  get standing(): number {
    return this.#recent === Infinity ? 0 : Math.max(0, this.#recent - this.propagation - this.noise);
  }

  /** Of that, what is ours. */
  get queue(): number {
    return Math.max(0, this.standing - FOREIGN_SWING * this.foreign);
  }

  /** A round trip without a queue of ours. */
  get base(): number {
    return this.propagation + this.noise + this.foreign;
  }

  /**
   * @param held how much of it the peer held its ACK back: no queue of the line's
   * @param filling the queue is being filled on purpose, which would look like jitter
   */
  add(rtt: number, held: number, filling: boolean, now: number): void {
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
    if (passing < this.#momentMin) this.#momentMin = passing;
    if (passing > this.#momentMax) this.#momentMax = passing;
    this.#momentSamples++;
    const passed = now - this.#momentAt;
    if (passed > MOMENT_MS && (this.#momentSamples >= MOMENT_SAMPLES || passed > this.propagation))
      this.#endMoment(filling, now);
  }

  #endMoment(filling: boolean, now: number): void {
    this.#recent = this.#momentMin;
    const { standing } = this;
    if (standing < this.foreign) this.foreign += (standing - this.foreign) * FOREIGN_FADE;
    const spread = Math.min(NOISE_SHARE * (this.#momentMax - this.#momentMin), NOISE_MOST_MS);
    if (!filling) this.noise += (spread - this.noise) / 8;
    this.#momentMin = Infinity;
    this.#momentMax = 0;
    this.#momentSamples = 0;
    this.#momentAt = now;
  }

  /** Keeps the shortest of the latest period that had enough of them, and of the present one. */
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
    if (rtt < this.propagation * 1.02 + 1) this.shortestAt = now;
  }

  /** What there was of a queue is gone. */
  forgetQueue(): void {
    this.#momentMin = Infinity;
    this.#recent = Infinity;
  }
}
