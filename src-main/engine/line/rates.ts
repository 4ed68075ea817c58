/** Rounds over which the highest rate is kept: more than a cycle of probing. */
export const RATE_ROUNDS = 10;
/** After a limit that holds, no higher rate is believed for so many rounds. */
const CEILING_ROUNDS = 6;

/** The highest rates at which transmissions left the line in the latest rounds, in bytes/ms. */
export class Rates {
  rounds = 0;
  /** 0 until one was measured */
  highest = 0;
  readonly #rates = new Float64Array(RATE_ROUNDS);
  #ceiling = Infinity;
  #ceilingUntil = 0;

  /** @param limited whether the sender had nothing more to send: then it may tell less than the line carries */
  add(rate: number, limited: boolean, roundOver: boolean): void {
    if (roundOver) this.rounds++;
    const at = this.rounds % RATE_ROUNDS;
    if (roundOver) this.#rates[at] = 0;
    if (this.rounds < this.#ceilingUntil) rate = Math.min(rate, this.#ceiling);
    const higher = rate > this.highest;
    if (!limited || higher) this.#rates[at] = Math.max(this.#rates[at], rate);
    if (!roundOver && !higher) return;
    let most = 0;
    for (const each of this.#rates) if (each > most) most = each;
    // After a pause every sample may be a limited one: what was known stays.
    if (most > 0) this.highest = most;
  }

  /** The line carries no more than that. */
  limit(rate: number): void {
    for (let i = 0; i < RATE_ROUNDS; i++) this.#rates[i] = Math.min(this.#rates[i], rate);
    this.highest = Math.min(this.highest, rate);
  }

  /** The same, for a while: what the line dropped comes again in lumps, which look like a higher rate. */
  hold(rate: number): void {
    this.limit(rate);
    this.#ceiling = this.highest;
    this.#ceilingUntil = this.rounds + CEILING_ROUNDS;
  }

  /** It carries what it did before it was limited. */
  restore(rate: number): void {
    this.highest = this.#rates[this.rounds % RATE_ROUNDS] = rate;
  }
}
