import type { Kernel } from '../kernel/kernel.ts';
import { Store } from '../kernel/store.ts';
import { moved, NO_SLOTS, slotsFor } from './ring.ts';
import { diff } from './segment.ts';

/** Where the bytes of a session go, in order; `offset`s are into kernel memory. */
export interface Reader {
  /** Whether it takes bytes now; asked before each segment. */
  readable(): boolean;
  take(offset: number, length: number): void;
}

/** What became of a segment. */
export const enum Pushed {
  Taken,
  /** it was there before */
  Repeated,
  /** there is no memory for it: it is as if it were lost, and the peer sends it again */
  Dropped,
}

/**
 * Received segments in a ring indexed by sn: [read, nxt) are in order and wait for the reader (kcp's rcv_queue),
 * beyond nxt they wait for the gaps before them (rcv_buf). A segment that comes in order while the reader is
 * ready is handed over from the datagram itself, without a copy. The ring grows as it fills.
 */
export class ReceiveWindow {
  /** the next sn in order */
  nxt: number;
  /** takes nothing that would have to wait: as if there were no memory */
  full = false;
  /** the next sn for the reader */
  #read: number;
  /** segments beyond nxt */
  #ahead = 0;
  #mask = -1;
  /** where the data lies, 0 for an empty slot */
  #data = NO_SLOTS;
  #lengths = NO_SLOTS;
  readonly #store: Store;

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
    this.#store = new Store(kernel, size);
  }

  /** Segments in order that the reader has not taken. */
  get queued(): number {
    return diff(this.nxt, this.#read);
  }

  /** Segments that wait for one before them. */
  get ahead(): number {
    return this.#ahead;
  }

  /** Free slots, as told to the peer. */
  get free(): number {
    return Math.max(0, this.size - this.queued);
  }

  accepts(sn: number): boolean {
    return diff(sn, this.nxt + this.size) < 0;
  }

  /** The caller has asked `accepts`. */
  push(sn: number, offset: number, length: number, reader: Reader): Pushed {
    if (diff(sn, this.nxt) < 0 || this.#has(sn)) return Pushed.Repeated;
    if (sn === this.nxt && this.#read === this.nxt && reader.readable()) {
      this.nxt = this.#read = (sn + 1) | 0;
      reader.take(offset, length);
    } else {
      const data = this.full ? 0 : this.#store.alloc(length);
      if (data === 0) return Pushed.Dropped;
      this.kernel.copy(data, offset, length);
      const behind = diff(sn, this.#read);
      if (behind > this.#mask) this.#grow(behind + 1);
      const slot = sn & this.#mask;
      this.#data[slot] = data;
      this.#lengths[slot] = length;
      this.#ahead++;
    }
    if (this.#ahead > 0) this.#advance();
    return Pushed.Taken;
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
      this.#store.free(data);
      if (this.#ahead > 0) this.#advance();
    }
    return wasFull && this.#read !== before;
  }

  /** Gives all memory back; the window is of no more use. */
  dispose(): void {
    for (let slot = 0; slot < this.#data.length; slot++) {
      if (this.#data[slot] !== 0) this.#store.free(this.#data[slot]);
      this.#data[slot] = 0;
    }
    this.#ahead = 0;
    this.nxt = this.#read;
  }

  #has(sn: number): boolean {
    return diff(sn, this.#read) <= this.#mask && this.#data[sn & this.#mask] !== 0;
  }

  /** nxt stops while `size` segments wait for the reader, and sn reaches up to nxt + size beyond that. */
  #grow(slots: number): void {
    const before = this.#mask;
    this.#mask = slotsFor(slots) - 1;
    this.#data = moved(this.#data, this.#read, before, this.#mask);
    this.#lengths = moved(this.#lengths, this.#read, before, this.#mask);
  }

  #advance(): void {
    while (this.#ahead > 0 && this.#has(this.nxt) && this.queued < this.size) {
      this.nxt = (this.nxt + 1) | 0;
      this.#ahead--;
    }
  }
}
