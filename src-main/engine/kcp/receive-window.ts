import { diff } from './segment.ts';
import { powerOfTwo, SegmentPool } from './segment-pool.ts';

/** Where the bytes of a session go, in order. */
export interface Reader {
  /** Whether it takes bytes now; asked before each segment. */
  readable(): boolean;
  take(bytes: Uint8Array, offset: number, length: number): void;
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
  readonly #buffers: (Uint8Array | undefined)[];
  readonly #lengths: Int32Array;
  readonly #pool: SegmentPool;

  /**
   * @param size in segments
   * @param maxSegment bytes of data of the largest segment a datagram can carry
   * @param first the first sn
   */
  constructor(
    readonly size: number,
    maxSegment: number,
    first = 0,
  ) {
    this.nxt = this.#read = first;
    // nxt stops while `size` segments wait for the reader, and sn reaches up to nxt + size beyond that.
    const slots = powerOfTwo(2 * size);
    this.#mask = slots - 1;
    this.#buffers = new Array<Uint8Array | undefined>(slots).fill(undefined);
    this.#lengths = new Int32Array(slots);
    this.#pool = new SegmentPool(maxSegment);
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
  push(sn: number, bytes: Uint8Array, offset: number, length: number, reader: Reader): boolean {
    if (diff(sn, this.nxt) < 0) return false;
    const slot = sn & this.#mask;
    if (this.#buffers[slot] !== undefined) return false;
    if (sn === this.nxt && this.#read === this.nxt && reader.readable()) {
      this.nxt = this.#read = (sn + 1) | 0;
      reader.take(bytes, offset, length);
    } else {
      const buffer = this.#pool.take();
      buffer.set(bytes.subarray(offset, offset + length));
      this.#buffers[slot] = buffer;
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
      const buffer = this.#buffers[slot]!;
      this.#buffers[slot] = undefined;
      this.#read = (this.#read + 1) | 0;
      this.#pool.give(buffer);
      reader.take(buffer, 0, this.#lengths[slot]);
      if (this.#ahead > 0) this.#advance();
    }
    return wasFull && this.#read !== before;
  }

  #advance(): void {
    while (this.#ahead > 0 && this.#buffers[this.nxt & this.#mask] !== undefined && this.queued < this.size) {
      this.nxt = (this.nxt + 1) | 0;
      this.#ahead--;
    }
  }
}
