/** Groups remembered: more than a round trip of any line worth the name. */
const KEPT = 4096;
const OPEN = -1;

/** What became of the latest groups of FEC packets that were sent: when they ended, and with how much parity. */
export class GroupLog {
  /** number of the group that is being filled */
  open = 0;
  readonly #endedAt = new Float64Array(KEPT);
  readonly #parity = new Int16Array(KEPT).fill(OPEN);

  /** The open group has got its parity, at `now` (ms). */
  end(parity: number, now: number): void {
    const at = this.open % KEPT;
    this.#parity[at] = parity;
    this.#endedAt[at] = now;
    this.open++;
    this.#parity[this.open % KEPT] = OPEN;
  }

  /** Parity packets of a group; -1 while it is open. */
  parity(group: number): number {
    return this.open - group < KEPT ? this.#parity[group % KEPT] : 0;
  }

  /** When what a group lacks may at last have been rebuilt, as the time (ms) of a later transmission; 0 for at once. */
  endedAt(group: number): number {
    return this.parity(group) > 0 ? this.#endedAt[group % KEPT] : 0;
  }
}
