import type { Kernel } from '../kernel/kernel.ts';

/**
 * Kernel memory that all crypts of a kernel borrow in turn: seal and open run one at a time and leave nothing in it that
 * they need again. So a crypt owns no kernel memory and needs no closing.
 */
export class Scratch {
  #offset = 0;
  #size = 0;
  readonly #kernel: Kernel;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** @returns the 16-aligned offset of `size` bytes with anything in them, valid until the next call */
  take(size: number): number {
    if (size > this.#size) {
      if (this.#size > 0) this.#kernel.arena.free(this.#offset);
      this.#offset = this.#kernel.arena.alloc(size);
      this.#size = size;
    }
    return this.#offset;
  }
}

const scratches = new WeakMap<Kernel, Scratch>();

export function scratchOf(kernel: Kernel): Scratch {
  let scratch = scratches.get(kernel);
  if (!scratch) scratches.set(kernel, (scratch = new Scratch(kernel)));
  return scratch;
}
