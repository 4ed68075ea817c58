import type { Kernel } from '../kernel/kernel.ts';
import {
  CHECKSUM_BYTES,
  CHUNK_HEADER_BYTES,
  COMPRESSED,
  corrupt,
  FIRST_SKIPPABLE,
  IDENTIFIER,
  mask,
  MAX_BLOCK,
  MAX_PLAIN,
  STORED,
  STREAM_IDENTIFIER,
} from './framing.ts';

const IDENTIFIER_BODY = STREAM_IDENTIFIER.subarray(CHUNK_HEADER_BYTES);
const MAX_DATA = CHECKSUM_BYTES + MAX_BLOCK;
const NOTHING = new Uint8Array(0);
/** What has held a chunk longer than this goes on to the next decoder that needs some: few chunks are under way at once. */
const LONG = 8192;
const KEPT = 8;
const kept: Uint8Array[] = [];

/** Takes bytes[offset..offset + length), valid during the call. */
export type PlainSink = (bytes: Uint8Array, offset: number, length: number) => void;

/** Reads a framed stream, cut anywhere. What it holds of a chunk that is not whole yet lies outside kernel memory. */
export class SnappyDecoder {
  #begun = false;
  /** its bytes so far, little-endian */
  #header = 0;
  #headerBytes = 0;
  /** of the chunk begun */
  #type = 0;
  #length = 0;
  #body: Uint8Array = NOTHING;
  #bodyBytes = 0;

  constructor(private readonly kernel: Kernel) {}

  /**
   * Takes the next bytes of the stream, from any memory, and gives the plain bytes of each chunk they complete to
   * `sink`. After an error the stream cannot go on.
   * @throws EngineError `snappy-corrupt`, `out-of-memory`
   */
  input(bytes: Uint8Array, offset: number, length: number, sink: PlainSink): void {
    const end = offset + length;
    while (offset < end) {
      if (this.#headerBytes < CHUNK_HEADER_BYTES) {
        this.#header |= bytes[offset++] << (8 * this.#headerBytes++);
        if (this.#headerBytes < CHUNK_HEADER_BYTES) continue;
        this.#begin();
      }
      const taken = Math.min(this.#length - this.#bodyBytes, end - offset);
      if (this.#type < FIRST_SKIPPABLE || this.#type === IDENTIFIER) this.#hold(bytes, offset, taken);
      this.#bodyBytes += taken;
      offset += taken;
      if (this.#bodyBytes === this.#length) {
        this.#headerBytes = 0;
        this.#complete(sink);
        this.#release();
      }
    }
  }

  /** A chunk's header is whole: its length is checked before anything is held for it. */
  #begin(): void {
    const type = this.#header & 255;
    this.#type = type;
    this.#length = this.#header >>> 8;
    this.#header = this.#bodyBytes = 0;
    if (type === IDENTIFIER) {
      if (this.#length !== IDENTIFIER_BODY.length) {
        throw corrupt(`stream identifier of ${this.#length} bytes, ${IDENTIFIER_BODY.length} expected`);
      }
      return;
    }
    if (!this.#begun) throw corrupt(`begins with chunk type ${type}, the stream identifier is expected`);
    if (type >= FIRST_SKIPPABLE) return;
    if (type > STORED) throw corrupt(`chunk type ${type} must not be skipped and is not known`);
    const most = type === STORED ? CHECKSUM_BYTES + MAX_PLAIN : MAX_DATA;
    if (this.#length < CHECKSUM_BYTES || this.#length > most) {
      throw corrupt(`chunk of ${this.#length} bytes, ${CHECKSUM_BYTES} to ${most} expected`);
    }
  }

  #hold(bytes: Uint8Array, offset: number, length: number): void {
    const needed = this.#bodyBytes + length;
    if (this.#body === NOTHING) this.#body = kept.pop() ?? NOTHING;
    if (needed > this.#body.length) {
      const body = new Uint8Array(Math.min(Math.max(needed, 2 * this.#body.length), MAX_DATA));
      body.set(this.#body.subarray(0, this.#bodyBytes));
      this.#body = body;
    }
    this.#body.set(bytes.subarray(offset, offset + length), this.#bodyBytes);
  }

  /** Between chunks a decoder holds little. */
  #release(): void {
    if (this.#body.length <= LONG) return;
    if (kept.length < KEPT) kept.push(this.#body);
    this.#body = NOTHING;
  }

  #complete(sink: PlainSink): void {
    if (this.#type === IDENTIFIER) {
      if (IDENTIFIER_BODY.some((byte, i) => byte !== this.#body[i])) throw corrupt('wrong stream identifier');
      this.#begun = true;
    } else if (this.#type < FIRST_SKIPPABLE) this.#open(sink);
  }

  /** Blocks of kernel memory of these two sizes go from decoder to decoder: none holds any between chunks. */
  #open(sink: PlainSink): void {
    const { arena } = this.kernel;
    const block = arena.alloc(MAX_DATA);
    const plain = arena.alloc(MAX_PLAIN);
    try {
      this.#deliver(block, plain, sink);
    } finally {
      arena.free(plain);
      arena.free(block);
    }
  }

  #deliver(chunk: number, room: number, sink: PlainSink): void {
    const { kernel } = this;
    kernel.bytes.set(this.#body.subarray(0, this.#length), chunk);
    const data = chunk + CHECKSUM_BYTES;
    let plain = data;
    let length = this.#length - CHECKSUM_BYTES;
    if (this.#type === COMPRESSED) {
      plain = room;
      length = kernel.snappyUncompress(data, length, plain, MAX_PLAIN);
      if (length < 0) throw corrupt(`a block is corrupt, or holds more than ${MAX_PLAIN} bytes`);
    }
    if (mask(kernel.crc32c(plain, length)) !== kernel.view.getUint32(chunk, true)) {
      throw corrupt('a checksum does not match');
    }
    sink(kernel.bytes, plain, length);
  }
}
