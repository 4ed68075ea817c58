import { type Kernel, roundUp } from '../kernel/kernel.ts';
import { PAGE } from '../kernel/pages.ts';
import { Store } from '../kernel/store.ts';

/** The first room for a shard: three for a group of ACKs fit a small page. */
const FIRST_STRIDE = 160;
/** Who sends packets longer than this sends many of the same length. */
const LONG = 512;

/**
 * The parity shards of one group, each the sum of what the data shards have added to it. They take no memory before the
 * first packet, and no more than the longest one asks for; where there is none the group goes without.
 */
export class ParityShards {
  /** bytes of the longest shard that was added */
  longest = 0;
  /** there was no memory for this group's */
  missing = false;
  readonly #store: Store;
  /** kernel offsets: in each block `#rows` shards, `#stride` apart, as many as fit a page; zero from `longest` on */
  #blocks: number[] = [];
  #rows = 0;
  #stride = 0;

  constructor(
    private readonly kernel: Kernel,
    private readonly count: number,
  ) {
    // There are two of each while they grow.
    this.#store = new Store(kernel, 2 * count);
  }

  /** Adds bytes[from..from + length) times the weight of each shard, which lie at `weights`, to the first `shards` of them. */
  add(weights: number, from: number, length: number, shards = this.count): void {
    if (length > this.#stride && !this.missing) this.#widen(length);
    if (length > this.longest) this.longest = length;
    for (let i = 0; i < this.#blocks.length; i++) {
      const row = i * this.#rows;
      const rows = Math.min(this.#rowsOf(i), shards - row);
      if (rows > 0) this.kernel.gfMulAdd(this.#blocks[i], this.#stride, rows, weights + row, from, length);
    }
  }

  /** The kernel offset of a shard, `longest` bytes long. */
  offset(index: number): number {
    return this.#blocks[Math.floor(index / this.#rows)] + (index % this.#rows) * this.#stride;
  }

  /** Begins the next group. */
  clear(): void {
    for (let i = 0; i < this.#blocks.length; i++) {
      const end = (this.#rowsOf(i) - 1) * this.#stride + this.longest;
      this.kernel.bytes.fill(0, this.#blocks[i], this.#blocks[i] + end);
    }
    this.longest = 0;
    this.missing = false;
  }

  /** Gives the kernel memory back. */
  dispose(): void {
    for (const block of this.#blocks) this.#store.free(block);
    this.#blocks = [];
    this.#stride = 0;
  }

  #rowsOf(block: number): number {
    return Math.min(this.#rows, this.count - block * this.#rows);
  }

  #widen(length: number): void {
    const before = Array.from({ length: this.#stride > 0 ? this.count : 0 }, (_, i) => this.offset(i));
    const old = this.#blocks;
    this.#stride = roundUp(length > LONG ? length : Math.max(FIRST_STRIDE, 2 * length));
    this.#rows = Math.floor(PAGE / this.#stride);
    this.#blocks = Array.from({ length: Math.ceil(this.count / this.#rows) }, (_, i) =>
      this.#store.alloc(this.#rowsOf(i) * this.#stride),
    );
    this.missing = this.#blocks.includes(0);
    if (this.missing) {
      this.#blocks = this.#blocks.filter((block) => block !== 0);
      this.dispose();
    } else {
      this.#blocks.forEach((block, i) =>
        this.kernel.bytes.fill(0, block, block + this.#rowsOf(i) * this.#stride),
      );
      before.forEach((from, i) => this.kernel.copy(this.offset(i), from, this.longest));
    }
    for (const block of old) this.#store.free(block);
  }
}
