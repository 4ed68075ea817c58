import { type Kernel, roundUp } from './kernel.ts';
import { collectYoung } from '../runtime/collector.ts';

/** The largest datagram of the protocol (mtuLimit of kcp-go). */
export const MAX_DATAGRAM = 1500;

/**
 * The datagrams of one event-loop turn, one behind the other in kernel memory, each at a 16-byte-aligned offset:
 * so a block cipher can run over bytes[start..end) as a whole, and a socket can send them from where they are.
 *
 * To add a datagram: write it at `next` (MAX_DATAGRAM bytes are free there while `full` is false), then `push(length)`.
 */
export class PacketBatch {
  readonly offsets: Int32Array;
  readonly lengths: Int32Array;
  /** Set by `PacketCrypt.open`: 1 where the datagram was whole and its checksum or tag matched. */
  readonly ok: Uint8Array;
  readonly start: number;
  readonly #ends: Uint8Array[] = [];
  count = 0;
  /** 16-aligned end of the datagrams so far, and the place of the next one. */
  next: number;

  constructor(
    readonly kernel: Kernel,
    readonly capacity: number,
  ) {
    this.start = this.next = kernel.arena.alloc(capacity * roundUp(MAX_DATAGRAM));
    this.offsets = new Int32Array(capacity);
    this.lengths = new Int32Array(capacity);
    this.ok = new Uint8Array(capacity);
  }

  get full(): boolean {
    return this.count === this.capacity;
  }

  push(length: number): void {
    this.offsets[this.count] = this.next;
    this.lengths[this.count++] = length;
    this.next += roundUp(length);
  }

  /**
   * The last `length` bytes of datagram `i`. In bulk the same is asked again and again: the view is kept, not made anew.
   */
  end(i: number, length: number): Uint8Array {
    const { bytes } = this.kernel;
    const from = this.offsets[i] + this.lengths[i] - length;
    const kept = this.#ends[i];
    if (kept?.byteOffset === bytes.byteOffset + from && kept.length === length) return kept;
    return (this.#ends[i] = bytes.subarray(from, from + length));
  }

  clear(): void {
    this.count = 0;
    this.next = this.start;
  }

  dispose(): void {
    this.kernel.arena.free(this.start);
  }
}

/** Batches there may be, 9 MB of the arena, and how many of them only what is sent at once may take. */
const MOST_BATCHES = 96;
const KEPT_BATCHES = 16;

/** The batches of a kernel, handed out for as long as datagrams are in them. */
export class BatchPool {
  readonly #free: PacketBatch[] = [];
  #made = 0;

  constructor(
    readonly kernel: Kernel,
    private readonly capacity = 64,
  ) {}

  static readonly #pools = new WeakMap<Kernel, BatchPool>();

  /** The one pool of a kernel, for all engines of its thread. */
  static of(kernel: Kernel): BatchPool {
    let pool = BatchPool.#pools.get(kernel);
    if (!pool) BatchPool.#pools.set(kernel, (pool = new BatchPool(kernel)));
    return pool;
  }

  /** Whether so many are out that datagrams had better be dropped than wait in one more. */
  get scarce(): boolean {
    return this.#made - this.#free.length >= MOST_BATCHES - KEPT_BATCHES;
  }

  take(): PacketBatch {
    const batch = this.#free.pop();
    if (batch) return batch;
    this.#made++;
    return new PacketBatch(this.kernel, this.capacity);
  }

  give(batch: PacketBatch): void {
    collectYoung(batch.next - batch.start);
    batch.clear();
    this.#free.push(batch);
  }
}
