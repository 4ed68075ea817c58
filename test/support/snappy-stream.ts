import type { Kernel } from '../../src-main/engine/kernel/kernel.ts';
import { SnappyDecoder } from '../../src-main/engine/snappy/decoder.ts';
import { SnappyEncoder } from '../../src-main/engine/snappy/encoder.ts';
import { MAX_PLAIN, SNAPPY_MAX_CHUNK } from '../../src-main/engine/snappy/framing.ts';

/** A writer of whole buffers, over the encoder. */
export class SnappyWriter {
  readonly #encoder: SnappyEncoder;
  readonly #plain: number;
  readonly #chunk: number;

  constructor(private readonly kernel: Kernel) {
    this.#encoder = new SnappyEncoder(kernel);
    this.#plain = kernel.arena.alloc(MAX_PLAIN);
    this.#chunk = kernel.arena.alloc(SNAPPY_MAX_CHUNK);
  }

  /** One chunk for each 65536 bytes. */
  write(plain: Uint8Array): Buffer {
    const chunks: Uint8Array[] = [];
    for (let at = 0; at < plain.length; at += MAX_PLAIN) {
      const piece = plain.subarray(at, at + MAX_PLAIN);
      this.kernel.bytes.set(piece, this.#plain);
      const length = this.#encoder.encode(this.#plain, piece.length, this.#chunk);
      chunks.push(this.kernel.bytes.slice(this.#chunk, this.#chunk + length));
    }
    return Buffer.concat(chunks);
  }

  dispose(): void {
    this.kernel.arena.free(this.#plain);
    this.kernel.arena.free(this.#chunk);
  }
}

/** The plain bytes of a stream given in pieces. @throws EngineError `snappy-corrupt` */
export function readSnappy(kernel: Kernel, pieces: Iterable<Uint8Array>): Buffer {
  const decoder = new SnappyDecoder(kernel);
  const plain: Uint8Array[] = [];
  for (const piece of pieces) {
    decoder.input(piece, 0, piece.length, (bytes, offset, length) =>
      plain.push(bytes.slice(offset, offset + length)),
    );
  }
  return Buffer.concat(plain);
}

/** A stream's chunks: their types, and the lengths of what follows their headers. */
export function chunksOf(stream: Buffer): { type: number; length: number }[] {
  const chunks = [];
  for (let at = 0; at < stream.length;) {
    const length = stream.readUIntLE(at + 1, 3);
    chunks.push({ type: stream[at], length });
    at += 4 + length;
  }
  return chunks;
}
