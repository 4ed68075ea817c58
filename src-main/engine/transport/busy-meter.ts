/**
 * From so many bytes in so many ms on (105 Mbit/s), a wake-up for each datagram or two costs more than collecting them.
 * Bytes, not datagrams: keystrokes and their echoes are many small ones, and must not wait.
 */
const BUSY_BYTES = 64 << 10;
const BUSY_MS = 5;
/** So many collections in a row that bring fewer than this end it. */
const QUIET_COLLECTIONS = 3;
const QUIET_BYTES = 8 << 10;

/** How long a busy socket lets datagrams gather in the system's buffer. */
export const COLLECT_MS = 1;

/**
 * Tells when a socket should stop waking up for its datagrams and collect them once in a while, and when to wait for
 * them again: as network cards change from interrupts to polling.
 */
export class BusyMeter {
  #since = 0;
  #bytes = 0;
  #quiet = 0;

  /** So many bytes came with a wake-up. @returns whether to begin collecting */
  woken(bytes: number): boolean {
    const now = performance.now();
    if (now - this.#since > BUSY_MS) {
      this.#since = now;
      this.#bytes = 0;
    }
    this.#bytes += bytes;
    this.#quiet = 0;
    return this.#bytes >= BUSY_BYTES;
  }

  /** So many bytes were collected. @returns whether to go on collecting */
  collected(bytes: number): boolean {
    this.#quiet = bytes < QUIET_BYTES ? this.#quiet + 1 : 0;
    this.#bytes = 0;
    return this.#quiet < QUIET_COLLECTIONS;
  }
}
