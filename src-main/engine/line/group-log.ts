/** Groups remembered: at first, and at most, which is more than a round trip of any line worth the name. */
const FIRST = 64;
const MOST = 4096;
const OPEN = -1;
const NO_TIMES = new Float64Array(0);
const NO_PARITY = new Int16Array(0);

/** What became of the latest groups of FEC packets that were sent: when they ended, and with how much parity. */
export class GroupLog {
  /** number of the group that is being filled */
  open = 0;
  #endedAt = NO_TIMES;
  #parity = NO_PARITY;

  /** The open group has got its parity, at `now` (ms). */
  end(parity: number, now: number): void {
    if (this.open >= this.#parity.length && this.#parity.length < MOST) this.#grow();
    const at = this.open % this.#parity.length;
    this.#parity[at] = parity;
    this.#endedAt[at] = now;
    this.open++;
  }

  /** Parity packets of a group; -1 while it is open, 0 where it is forgotten. */
  parity(group: number): number {
    if (group === this.open) return OPEN;
    const kept = this.#parity.length;
    return this.open - group <= kept ? this.#parity[group % kept] : 0;
  }

  /** When the last of a group's parity was sent, which may rebuild what it lacks; 0 where there is none to wait for. */
  endedAt(group: number): number {
    return this.parity(group) > 0 ? this.#endedAt[group % this.#endedAt.length] : 0;
  }

  /** All groups so far are kept, from 0 on, and stay where they are. */
  #grow(): void {
    const size = Math.max(FIRST, 2 * this.#parity.length);
    const [endedAt, parity] = [this.#endedAt, this.#parity];
    this.#endedAt = new Float64Array(size);
    this.#endedAt.set(endedAt);
    this.#parity = new Int16Array(size);
    this.#parity.set(parity);
  }
}
