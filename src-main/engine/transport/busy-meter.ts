/** From so many datagrams in so many ms on, a wake-up for each one or two costs more than collecting them. */
const BUSY_DATAGRAMS = 64;
const BUSY_MS = 5;
/** So many collections in a row that bring fewer than this end it. */
const QUIET_COLLECTIONS = 3;
const QUIET_DATAGRAMS = 6;

/** How long a busy socket lets datagrams gather in the system's buffer. */
export const COLLECT_MS = 1;

/**
 * Tells when a socket should stop waking up for its datagrams and collect them once in a while, and when to wait for
 * them again: as network cards change from interrupts to polling.
 */
export class BusyMeter {
  #since = 0;
  #count = 0;
  #quiet = 0;

  /** So many came with a wake-up. @returns whether to begin collecting */
  woken(count: number): boolean {
    const now = performance.now();
    if (now - this.#since > BUSY_MS) {
      this.#since = now;
      this.#count = 0;
    }
    this.#count += count;
    this.#quiet = 0;
    return this.#count >= BUSY_DATAGRAMS;
  }

  /** So many were collected. @returns whether to go on collecting */
  collected(count: number): boolean {
    this.#quiet = count < QUIET_DATAGRAMS ? this.#quiet + 1 : 0;
    this.#count = 0;
    return this.#quiet < QUIET_COLLECTIONS;
  }
}
