import type { Kernel } from '../kernel/kernel.ts';
import {
  CHECKSUM_BYTES,
  CHUNK_HEADER_BYTES,
  COMPRESSED,
  mask,
  STORED,
  STREAM_IDENTIFIER,
} from './framing.ts';

/** So many chunks in a row that would not shrink are taken for a sign that the next will not either. */
const TRIES = 4;
/** From then on only each of so many is tried; the others are stored unseen, which any reader takes. */
const TRY_EVERY = 8;

/** Turns plain bytes into a framed stream, one chunk a call. */
export class SnappyEncoder {
  #begun = false;
  /** chunks in a row that did not shrink, or were not tried */
  #stored = 0;

  constructor(private readonly kernel: Kernel) {}

  /**
   * Writes bytes[from..from + length), at most MAX_PLAIN, as one chunk at `to`, where SNAPPY_MAX_CHUNK bytes are free.
   * @returns how many bytes it wrote
   */
  encode(from: number, length: number, to: number): number {
    const { kernel } = this;
    let at = to;
    if (!this.#begun) {
      this.#begun = true;
      kernel.bytes.set(STREAM_IDENTIFIER, at);
      at += STREAM_IDENTIFIER.length;
    }
    const body = at + CHUNK_HEADER_BYTES + CHECKSUM_BYTES;
    const block = this.#compress(from, length, body);
    const bytes = block || length;
    if (!block) kernel.bytes.copyWithin(body, from, from + length);
    kernel.view.setUint32(at, ((CHECKSUM_BYTES + bytes) << 8) | (block ? COMPRESSED : STORED), true);
    kernel.view.setUint32(at + CHUNK_HEADER_BYTES, mask(kernel.crc32c(from, length)), true);
    return body + bytes - to;
  }

  /** @returns the length of the block, or 0 where it would not pay: golang/snappy asks for an eighth less. */
  #compress(from: number, length: number, to: number): number {
    if (this.#stored >= TRIES && (this.#stored - TRIES) % TRY_EVERY !== TRY_EVERY - 1) {
      this.#stored++;
      return 0;
    }
    const block = this.kernel.snappyCompress(from, length, to);
    if (block < length - (length >> 3)) {
      this.#stored = 0;
      return block;
    }
    this.#stored++;
    return 0;
  }
}
