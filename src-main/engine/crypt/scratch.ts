import type { Kernel } from '../kernel/kernel.ts';

/** A block of kernel memory that grows to what is asked of it. */
class Room {
  #offset = 0;
  #size = 0;
  readonly #kernel: Kernel;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  take(size: number): number {
    if (size > this.#size) {
      if (this.#size > 0) this.#kernel.arena.free(this.#offset);
      this.#offset = this.#kernel.arena.alloc(size);
      this.#size = size;
    }
    return this.#offset;
  }
}

/**
 * Kernel memory that all crypts of a kernel borrow in turn: seal and open run one at a time and leave nothing in it that
 * they need again. So a crypt owns no kernel memory and needs no closing.
 */
export class Scratch {
  readonly #work: Room;
  readonly #tables: Room;
  readonly #bytes: Uint8Array;
  #loaded: Uint8Array | undefined;
  #at = 0;

  constructor(kernel: Kernel) {
    this.#work = new Room(kernel);
    this.#tables = new Room(kernel);
    this.#bytes = kernel.bytes;
  }

  /** @returns the 16-aligned offset of `size` bytes with anything in them, valid until the next call */
  take(size: number): number {
    return this.#work.take(size);
  }

  /**
   * Copies tables into kernel memory, unless they are those of the last call, as where one crypt works alone.
   * @param tables never written to again
   * @returns their 16-aligned offset, valid until the next call
   */
  load(tables: Uint8Array): number {
    if (tables !== this.#loaded) {
      this.#at = this.#tables.take(tables.length);
      this.#bytes.set(tables, this.#at);
      this.#loaded = tables;
    }
    return this.#at;
  }
}

const scratches = new WeakMap<Kernel, Scratch>();

export function scratchOf(kernel: Kernel): Scratch {
  let scratch = scratches.get(kernel);
  if (!scratch) scratches.set(kernel, (scratch = new Scratch(kernel)));
  return scratch;
}
