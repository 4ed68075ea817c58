/** A mean of samples; NaN while there are none. */
class Mean {
  samples = 0;
  #sum = 0;

  get value(): number {
    return this.#sum / this.samples;
  }

  add(sample: number): void {
    this.samples++;
    this.#sum += sample;
  }

  clear(): void {
    this.samples = this.#sum = 0;
  }
}

/** The means of a round: the time in which what was sent at its beginning is answered. */
export class Round {
  /** bytes/ms that left the line, while there was more to send */
  readonly delivered = new Mean();
  /** ms */
  readonly trip = new Mean();
  /** bytes in flight, in this round and in the one before, which this one's round trips are of */
  readonly inFlight = new Mean();
  inFlightBefore = 0;
  /** share of what was sent, less the line's own loss, that was answered */
  readonly passed = new Mean();

  clear(): void {
    this.inFlightBefore = this.inFlight.value;
    this.delivered.clear();
    this.trip.clear();
    this.inFlight.clear();
    this.passed.clear();
  }
}
