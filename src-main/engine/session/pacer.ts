/** What a busy machine or an idle moment kept back may be sent at once, up to so much. */
const BURST_MS = 100;

/** A token bucket in bytes: what `ratelimit` lets one session send. Times are ms of the engine's clock. */
export class Pacer {
  readonly #burst: number;
  #tokens: number;
  #at: number;

  /** @param rate bytes/s */
  constructor(
    private readonly rate: number,
    datagram: number,
    now: number,
  ) {
    this.#burst = Math.max(2 * datagram, (rate * BURST_MS) / 1000);
    this.#tokens = this.#burst;
    this.#at = now;
  }

  /** Takes in the time that has passed. @returns whether a datagram may go */
  ready(now: number): boolean {
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#at) * this.rate) / 1000);
    this.#at = now;
    return this.#tokens > 0;
  }

  spend(bytes: number): void {
    this.#tokens -= bytes;
  }

  /** Milliseconds until a datagram may go. */
  get wait(): number {
    return this.#tokens > 0 ? 0 : Math.max(1, (-this.#tokens * 1000) / this.rate);
  }
}
