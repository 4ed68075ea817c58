/** No loop that runs is called late by less. */
const LEAST_MS = 250;
/** So many times its usual delay is more than a loop under load has. */
const TIMES = 4;

/** Tells a process that did not run (stopped, or asleep with its machine) from an event loop that is merely busy. */
export class LoopDelay {
  #usual = 0;

  /** Whether `by` ms after its time is more than the loop's own delay. */
  exceeds(by: number): boolean {
    return by > Math.max(LEAST_MS, TIMES * this.#usual);
  }

  /** A timer ran `by` ms after its time. */
  add(by: number): void {
    const most = Math.max(LEAST_MS, TIMES * this.#usual);
    this.#usual += (Math.min(by, most) - this.#usual) / 8;
  }
}
