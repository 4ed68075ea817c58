import { giveBlock, SMALL_BYTES, takeBlock, takeSmall } from './blocks.ts';
import type { FrameSink } from './sink.ts';

/** What fills less of its last block is handed over as a copy of its own, so that little data never holds much memory. */
const LEAST_SHARE = 1 / 4;

/** Bytes that wait, copied into blocks. */
export class ByteQueue {
  #blocks: Uint8Array[] = [];
  /** of the front block, gone */
  #offset = 0;
  /** of the last block, and how many of it are left */
  #filled = 0;
  #left = 0;
  #length = 0;

  /** bytes waiting */
  get length(): number {
    return this.#length;
  }

  push(bytes: Uint8Array, from: number, length: number): void {
    this.#length += length;
    while (length > 0) {
      if (this.#left === 0) {
        const block = this.#blocks.length === 0 && length <= SMALL_BYTES ? takeSmall() : takeBlock();
        this.#blocks.push(block);
        this.#filled = 0;
        this.#left = block.length;
      }
      const n = Math.min(length, this.#left);
      this.#blocks[this.#blocks.length - 1].set(bytes.subarray(from, from + n), this.#filled);
      this.#filled += n;
      this.#left -= n;
      from += n;
      length -= n;
    }
  }

  /** Writes the first `length` bytes to `sink`, piece by piece. */
  moveTo(sink: Pick<FrameSink, 'write'>, length: number): void {
    this.#length -= length;
    while (length > 0) {
      const block = this.#blocks[0];
      const end = this.#blocks.length === 1 ? this.#filled : block.length;
      const n = Math.min(length, end - this.#offset);
      sink.write(block, this.#offset, n);
      length -= n;
      this.#offset += n;
      if (this.#offset < end) continue;
      this.#blocks.shift();
      giveBlock(block);
      this.#offset = 0;
      if (this.#blocks.length === 0) this.#left = 0;
    }
  }

  /** Hands over all of a queue that only this empties; `last` is true for the last chunk. Each is for `giveBlock`, if not kept. */
  drain(take: (chunk: Uint8Array, last: boolean) => void): void {
    const blocks = this.#blocks;
    const filled = this.#filled;
    const final = blocks.pop();
    if (!final) return;
    this.#forget();
    for (const block of blocks) take(block, false);
    if (filled < final.length * LEAST_SHARE) {
      const copy = Buffer.allocUnsafeSlow(filled);
      copy.set(final.subarray(0, filled));
      giveBlock(final);
      take(copy, true);
    } else take(filled === final.length ? final : final.subarray(0, filled), true);
  }

  clear(): void {
    for (const block of this.#blocks) giveBlock(block);
    this.#forget();
  }

  #forget(): void {
    if (this.#blocks.length > 0) this.#blocks = [];
    this.#offset = this.#length = this.#left = 0;
  }
}
