const POOL_BYTES = 65536;

/** Unpredictable words, drawn 64 KB at a time: one call for 4096 nonces instead of one each. */
export class RandomPool {
  readonly #words = new Uint32Array(POOL_BYTES / 4);
  readonly #fill: (bytes: Uint8Array) => void;
  #next = this.#words.length;

  /** @param randomFill fills with unpredictable bytes */
  constructor(randomFill: (bytes: Uint8Array) => void) {
    this.#fill = randomFill;
  }

  /** Writes `count` words that were never given before to words[at..at + count). */
  write(words: Uint32Array, at: number, count: number): void {
    if (this.#next + count > this.#words.length) {
      this.#fill(new Uint8Array(this.#words.buffer));
      this.#next = 0;
    }
    for (let i = 0; i < count; i++) words[at + i] = this.#words[this.#next++];
  }
}
