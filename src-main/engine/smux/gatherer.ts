/** A chunk is made this large at most ahead of need: what one read of a busy turn brings. */
const LARGEST_GUESS = 64 * 1024;

/**
 * Copies the payload of one stream together, so that what one event-loop turn brings goes on in one piece, or a few.
 * A chunk is made as large as the last turn's total, so the memory held is at most twice what was received.
 */
export class Gatherer {
  /** full chunks before the current one */
  #full: Uint8Array[] = [];
  #chunk: Uint8Array | undefined;
  #filled = 0;
  #total = 0;
  #lastTotal = 0;

  push(bytes: Uint8Array, from: number, length: number): void {
    while (length > 0) {
      let chunk = this.#chunk;
      if (chunk === undefined || this.#filled === chunk.length) {
        if (chunk !== undefined) this.#full.push(chunk);
        chunk = this.#chunk = Buffer.allocUnsafeSlow(
          Math.max(length, Math.min(this.#lastTotal - this.#total, LARGEST_GUESS)),
        );
        this.#filled = 0;
      }
      const n = Math.min(length, chunk.length - this.#filled);
      chunk.set(bytes.subarray(from, from + n), this.#filled);
      this.#filled += n;
      this.#total += n;
      from += n;
      length -= n;
    }
  }

  /** Hands over all chunks in order; `last` is true for the last. */
  drain(take: (chunk: Uint8Array, last: boolean) => void): void {
    const chunk = this.#chunk;
    if (chunk === undefined) return;
    const full = this.#full;
    const filled = this.#filled;
    this.#lastTotal = this.#total;
    this.clear();
    for (const each of full) take(each, false);
    take(filled === chunk.length ? chunk : chunk.subarray(0, filled), true);
  }

  clear(): void {
    if (this.#full.length > 0) this.#full = [];
    this.#chunk = undefined;
    this.#filled = this.#total = 0;
  }
}
