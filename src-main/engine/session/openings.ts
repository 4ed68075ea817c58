import type { World } from '../runtime/world.ts';

/** Openings remembered before the older half is forgotten early: about 1 MB. */
const MOST = 4096;

/** The openings of at least the last `spanMs`, in two halves of which the older is forgotten as a whole. */
export class Openings {
  #young = new Set<number>();
  #old = new Set<number>();
  #since: number;

  constructor(
    private readonly world: World,
    private readonly spanMs: number,
  ) {
    this.#since = world.now();
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /** @returns whether it was not there */
  add(opening: number): boolean {
    const now = this.world.now();
    if (now - this.#since >= 2 * this.spanMs) this.#young.clear();
    if (now - this.#since >= this.spanMs || this.#young.size >= MOST) {
      this.#old = this.#young;
      this.#young = new Set<number>();
      this.#since = now;
    }
    if (this.#young.has(opening) || this.#old.has(opening)) return false;
    this.#young.add(opening);
    return true;
  }
}
