import { EngineError } from '../errors.ts';
import { type Kernel, roundUp } from '../kernel/kernel.ts';
import { MAX_DATAGRAM } from '../kernel/batch.ts';

const SLAB_SEGMENTS = 32;
const SEGMENT = roundUp(MAX_DATAGRAM);

/**
 * Kernel memory for the data of segments, for all sessions of a thread: any segment fits, and the one given back last
 * is used again first, so that few pages are in use.
 */
export class SegmentPool {
  readonly #free: number[] = [];

  private constructor(private readonly kernel: Kernel) {}

  static readonly #pools = new WeakMap<Kernel, SegmentPool>();

  /** The one pool of a kernel. */
  static of(kernel: Kernel): SegmentPool {
    let pool = SegmentPool.#pools.get(kernel);
    if (!pool) SegmentPool.#pools.set(kernel, (pool = new SegmentPool(kernel)));
    return pool;
  }

  /** Whether so many can be taken. */
  has(count: number): boolean {
    while (this.#free.length < count) if (!this.#grow()) return false;
    return true;
  }

  /** @returns the offset of MAX_DATAGRAM bytes. @throws EngineError `out-of-memory`; see `has` */
  take(): number {
    if (!this.has(1)) throw new EngineError('out-of-memory', 'no memory for a segment');
    return this.#free.pop()!;
  }

  give(offset: number): void {
    this.#free.push(offset);
  }

  #grow(): boolean {
    let slab: number;
    try {
      slab = this.kernel.arena.alloc(SLAB_SEGMENTS * SEGMENT);
    } catch {
      return false;
    }
    for (let i = SLAB_SEGMENTS; i-- > 0;) this.#free.push(slab + i * SEGMENT);
    return true;
  }
}

/** The smallest power of two that is not below `n`. */
export const powerOfTwo = (n: number): number => 2 ** Math.ceil(Math.log2(Math.max(2, n)));
