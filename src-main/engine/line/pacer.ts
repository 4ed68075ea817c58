/**
 * A token bucket in bytes. Times are ms of the engine's clock, rates bytes/s.
 * What a busy machine or an idle moment kept back may be sent at once, up to `burstMs` of it.
 */
export class Pacer {
  #rate = 0;
  #burst = 0;
  #tokens = 0;
  #at: number;

  constructor(
    private readonly burstMs: number,
    private readonly datagram: number,
    now: number,
  ) {
    this.#at = now;
  }

  /** The rate from `now` on; the first one fills the bucket. */
  set(rate: number, now: number): void {
    const first = this.#rate === 0;
    this.refill(now);
    this.#rate = rate;
    this.#burst = Math.max(2 * this.datagram, (rate * this.burstMs) / 1000);
    this.#tokens = first ? this.#burst : Math.min(this.#tokens, this.#burst);
  }

  /** Takes in the time that has passed. */
  refill(now: number): void {
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#at) * this.#rate) / 1000);
    this.#at = now;
  }

  /** Whether a datagram may go. */
  get ready(): boolean {
    return this.#tokens > 0;
  }

  spend(bytes: number): void {
    this.#tokens -= bytes;
  }

  /** Milliseconds until a datagram may go. */
  get wait(): number {
    return this.#tokens > 0 ? 0 : Math.max(1, (-this.#tokens * 1000) / this.#rate);
  }
}
