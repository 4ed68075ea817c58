import { MAX_DATAGRAM } from '../kernel/batch.ts';
import { type Kernel, roundUp } from '../kernel/kernel.ts';
import type { Store } from '../kernel/store.ts';

/** Bytes of memory for any shard. */
export const STRIDE = roundUp(MAX_DATAGRAM);

const NOT_SEEN = 0;
const SEEN_NOT_KEPT = -1;

/** The shards of one group as they come in; what it keeps of them lies in kernel memory. */
export class Group {
  /** seqid / group size, or -1 while it stands for none */
  number = -1;
  /** shards seen, kept or not */
  data = 0;
  parity = 0;
  kept = 0;
  /** bytes of the longest shard kept */
  longest = 0;
  /** of each shard where it is kept, and behind them all, of each its length */
  readonly #shards: Int32Array;

  constructor(
    private readonly kernel: Kernel,
    private readonly store: Store,
    private readonly size: number,
  ) {
    this.#shards = new Int32Array(2 * size);
  }

  open(number: number): void {
    this.close();
    this.number = number;
    this.data = this.parity = this.longest = 0;
    this.#shards.fill(NOT_SEEN);
  }

  seen(index: number): boolean {
    return this.#shards[index] !== NOT_SEEN;
  }

  see(index: number, isData: boolean): void {
    if (isData) this.data++;
    else this.parity++;
    this.#shards[index] = SEEN_NOT_KEPT;
  }

  /** Copies a shard that was seen, if there is memory: without it nothing is recovered, and KCP sends again what is lost. */
  keep(index: number, from: number, length: number): void {
    const to = this.store.alloc(length);
    if (to === 0) return;
    this.kernel.copy(to, from, length);
    this.#shards[index] = to;
    this.#shards[this.size + index] = length;
    this.kept++;
    if (length > this.longest) this.longest = length;
  }

  /** The kernel offset of a shard that is kept, else 0 or less. */
  shard(index: number): number {
    return this.#shards[index];
  }

  length(index: number): number {
    return this.#shards[this.size + index];
  }

  /** Gives the memory of its shards back. */
  release(): void {
    for (let i = 0; this.kept > 0; i++) {
      if (this.#shards[i] <= 0) continue;
      this.store.free(this.#shards[i]);
      this.#shards[i] = SEEN_NOT_KEPT;
      this.kept--;
    }
  }

  close(): void {
    this.release();
    this.number = -1;
  }
}
