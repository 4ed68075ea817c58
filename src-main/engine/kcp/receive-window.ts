import type { Kernel } from '../kernel/kernel.ts';
import { diff } from './segment.ts';
import { powerOfTwo, SegmentPool } from './segment-pool.ts';

/** Where the bytes of a session go, in order; `offset`s are into kernel memory. */
export interface Reader {
  /** Whether it takes bytes now; asked before each segment. */
  readable(): boolean;
  take(offset: number, length: number): void;
}

/**
 * Received segments in a ring indexed by sn: [read, nxt) are in order and wait for the reader (kcp's rcv_queue),
 * beyond nxt they wait for the gaps before them (rcv_buf). A segment that comes in order while the reader is
 * ready is handed over from the datagram itself, without a copy.
 */
export class ReceiveWindow {
  /** the next sn in order */
  nxt: number;
  /** the next sn for the reader */
  #read: number;
  /** segments beyond nxt */
  #ahead = 0;
  readonly #mask: number;
  /** where the data lies, 0 for an empty slot */
  readonly #data: Int32Array;
  readonly #lengths: Int32Array;
  readonly #pool: SegmentPool;

  /**
   * @param size in segments
   * @param first the first sn
   */
  constructor(
    readonly size: number,
    private readonly kernel: Kernel,
    first = 0,
  ) {
    this.nxt = this.#read = first;
    // nxt stops while `size` segments wait for the reader, and sn reaches up to nxt + size beyond that.
    const slots = powerOfTwo(2 * size);
    this.#mask = slots - 1;
    this.#data = new Int32Array(slots);
    this.#lengths = new Int32Array(slots);
    this.#pool = SegmentPool.of(kernel);
  }

  /** Segments in order that the reader has not taken. */
  get queued(): number {
    return diff(this.nxt, this.#read);
  }

  /** Free slots, as told to the peer. */
  get free(): number {
    return Math.max(0, this.size - this.queued);
  }

  accepts(sn: number): boolean {
    return diff(sn, this.nxt + this.size) < 0;
  }

  /** @returns false where the segment was there before (RepeatSegs). The caller has asked `accepts`. */
  push(sn: number, offset: number, length: number, reader: Reader): boolean {
    if (diff(sn, this.nxt) < 0) return false;
    const slot = sn & this.#mask;
    if (this.#data[slot] !== 0) return false;
    if (sn === this.nxt && this.#read === this.nxt && reader.readable()) {
      this.nxt = this.#read = (sn + 1) | 0;
      reader.take(offset, length);
    } else {
      // Without memory it is as if it were lost: the peer sends it again.
      if (!this.#pool.has(1)) return true;
      const data = this.#pool.take();
      this.kernel.copy(data, offset, length);
      this.#data[slot] = data;
      this.#lengths[slot] = length;
      this.#ahead++;
    }
    if (this.#ahead > 0) this.#advance();
    return true;
  }

  /**
   * Hands over what waits in order while the reader takes it.
   * @returns true where that opened a window that was full: the peer must be told (WINS).
   */
  drain(reader: Reader): boolean {
    const wasFull = this.queued >= this.size;
    const before = this.#read;
    while (this.#read !== this.nxt && reader.readable()) {
      const slot = this.#read & this.#mask;
      const data = this.#data[slot];
      this.#data[slot] = 0;
      this.#read = (this.#read + 1) | 0;
      reader.take(data, this.#lengths[slot]);
      this.#pool.give(data);
      if (this.#ahead > 0) this.#advance();
    }
    return wasFull && this.#read !== before;
  }

  /** Gives all memory back; the window is of no more use. */
  dispose(): void {
    for (let slot = 0; slot < this.#data.length; slot++) {
      if (this.#data[slot] !== 0) this.#pool.give(this.#data[slot]);
      this.#data[slot] = 0;
    }
    this.#ahead = 0;
    this.nxt = this.#read;
  }

  #advance(): void {
    while (this.#ahead > 0 && this.#data[this.nxt & this.#mask] !== 0 && this.queued < this.size) {
      this.nxt = (this.nxt + 1) | 0;
      this.#ahead--;
    }
  }
}
