const NONE = new Uint8Array(0);

/** Bytes waiting in the pieces they came in, taken from the front. Owns what is pushed; copies nothing. */
export class ChunkQueue {
  #chunks: Uint8Array[] = [];
  /** the front chunk, and how much of it is gone */
  #front = 0;
  #offset = 0;
  #length = 0;

  /** bytes waiting */
  get length(): number {
    return this.#length;
  }

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  /** Hands the first `length` bytes, piece by piece, to `sink`. */
  moveTo(sink: { write(bytes: Uint8Array, from: number, length: number): void }, length: number): void {
    this.#length -= length;
    while (length > 0) {
      const chunk = this.#chunks[this.#front];
      const n = Math.min(length, chunk.length - this.#offset);
      sink.write(chunk, this.#offset, n);
      length -= n;
      this.#offset += n;
      if (this.#offset === chunk.length) this.#dropFront();
    }
  }

  clear(): void {
    this.#chunks = [];
    this.#front = this.#offset = this.#length = 0;
  }

  #dropFront(): void {
    this.#chunks[this.#front++] = NONE;
    this.#offset = 0;
    if (this.#front === this.#chunks.length) {
      this.#chunks.length = this.#front = 0;
    } else if (this.#front >= 64 && this.#front * 2 >= this.#chunks.length) {
      // the gone half is cut off in one go, so that a queue that is never empty does not grow
      this.#chunks.splice(0, this.#front);
      this.#front = 0;
    }
  }
}
