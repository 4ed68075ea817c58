import { EngineError } from '../errors.ts';
import type { CryptKernel } from './crypt-kernel.ts';
import type { FecKernel } from './fec-kernel.ts';
import { PAGE, Pages } from './pages.ts';
import type { SnappyKernel } from './snappy-kernel.ts';

/**
 * The byte-crunching functions of all layers, working in one memory of fixed size.
 *
 * There are two with the same results: WebAssembly SIMD, and a plain TypeScript twin for where SIMD is missing.
 * Every argument called an offset is a byte offset into `bytes`; a kernel function never allocates.
 */
export interface Kernel extends CryptKernel, FecKernel, SnappyKernel {
  readonly name: 'wasm' | 'plain';
  /** The memory, never detached: it does not grow. */
  readonly bytes: Uint8Array;
  /** The same memory as little-endian 32-bit words. */
  readonly words: Uint32Array;
  readonly view: DataView;
  /** for what has a fixed number: batches, scratch, tables */
  readonly arena: Arena;
  /** for what waits, as much as peers make wait */
  readonly pages: Pages;
  /** bytes[to..to + length) = bytes[from..from + length); the ranges may overlap. Quicker than copyWithin. */
  copy(to: number, from: number, length: number): void;
}

const ALIGN = 16;

/** Hands out 16-byte-aligned blocks of a kernel's memory; sizes are rounded up to 16 and freed blocks are reused by size. */
export class Arena {
  #next: number;
  readonly #end: number;
  /** of each block there is, by its offset: its size while it is held, negative while it is free */
  readonly #sizes = new Map<number, number>();
  readonly #free = new Map<number, number[]>();

  constructor(start: number, end: number) {
    this.#next = roundUp(start);
    this.#end = end;
  }

  /** @returns the offset of `bytes` zeroed-or-dirty bytes. @throws EngineError `out-of-memory` */
  alloc(bytes: number): number {
    const size = roundUp(bytes);
    const reused = this.#free.get(size)?.pop();
    if (reused !== undefined) {
      this.#sizes.set(reused, size);
      return reused;
    }
    const offset = this.#next;
    if (offset + size > this.#end) {
      throw new EngineError(
        'out-of-memory',
        `kernel memory: ${size} bytes wanted, ${this.#end - offset} left`,
      );
    }
    this.#next += size;
    this.#sizes.set(offset, size);
    return offset;
  }

  /** @throws RangeError for what is not the offset of a block that is held: freed twice, it would be handed out twice */
  free(offset: number): void {
    const size = this.#sizes.get(offset);
    if (size === undefined || size < 0) throw new RangeError(`kernel memory: ${offset} is not held`);
    this.#sizes.set(offset, -size);
    const list = this.#free.get(size);
    if (list) list.push(offset);
    else this.#free.set(size, [offset]);
  }
}

/** The share of a kernel's memory that is the arena's; the rest is pages. */
const ARENA_SHARE = 1 / 8;

/** Divides a kernel's memory from `start`; neither part can take from the other. */
export function partition(start: number, bytes: number): Pick<Kernel, 'arena' | 'pages'> {
  const middle = Math.floor((bytes * ARENA_SHARE) / PAGE) * PAGE;
  return { arena: new Arena(start, middle), pages: new Pages(middle, bytes) };
}

export const roundUp = (bytes: number): number => (bytes + ALIGN - 1) & -ALIGN;
