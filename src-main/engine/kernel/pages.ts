/** Bytes of a page: three full segments of a datagram of 1350 bytes, two of any. */
export const PAGE = 4096;
/** Bytes of a small page, for who holds little. */
export const SMALL_PAGE = 512;
const PAGE_BITS = 12;
const SMALL_BITS = 9;
const SMALLS_BITS = PAGE_BITS - SMALL_BITS;
const SMALLS = PAGE / SMALL_PAGE;
const NONE = -1;
/** Free pages that stay with us for the next rush, and the most that one `trim` gives back: 4 and 16 MB. */
const KEPT = 1024;
const TRIMMED_AT_ONCE = 4096;

/** What every store may hold, whatever the others do. */
export const SURE = 4 * PAGE;
/** Of the pages, for what stores hold beyond that; the rest is enough for 3,000 that hold no more. */
const ELASTIC_SHARE = 4 / 7;

/**
 * The part of a kernel's memory in which bytes wait that a peer can make wait: segments of both windows and shards.
 * Its pages are lent to `Store`s, each whole to one, so that nothing a session does, or leaves undone, can pin what
 * others need. A page that comes back is lent again first, so that few are touched; those that lie idle under the others
 * can be given back to the system.
 *
 * A page is known by the index of the first small page in it.
 */
export class Pages {
  /** blocks held in the page whose index this is */
  readonly blocks: Uint16Array;
  /** bytes lent */
  used = 0;
  /** bytes that stores may still hold beyond what is sure to them */
  left: number;
  /** called, once, when it is worth while to `trim` */
  onIdle: (() => void) | undefined;
  readonly #pages: number;
  /** whole pages that came back, the last one on top; those from `#fresh` on were never lent */
  readonly #returned: Int32Array;
  #returnedCount = 0;
  /** so many at the bottom of `#returned` are the system's */
  #clean = 0;
  /** the least `#returnedCount` since the last `trim`: what lies below was idle */
  #lowest = 0;
  #idleTold = false;
  #fresh = 0;
  /** by page: a bit for each free small one; 0 where it is lent whole, or free */
  readonly #smalls: Uint8Array;
  readonly #cut: Uint8Array;
  /** pages with free small ones, a doubly linked list */
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  #partial = NONE;

  /** @param start a multiple of PAGE, as `end` */
  constructor(
    private readonly start: number,
    end: number,
  ) {
    this.#pages = (end - start) / PAGE;
    this.left = Math.floor(this.size * ELASTIC_SHARE);
    this.blocks = new Uint16Array(this.#pages * SMALLS);
    this.#returned = new Int32Array(this.#pages);
    this.#smalls = new Uint8Array(this.#pages);
    this.#cut = new Uint8Array(this.#pages);
    this.#next = new Int32Array(this.#pages);
    this.#previous = new Int32Array(this.#pages);
  }

  /** Bytes in all. */
  get size(): number {
    return this.#pages * PAGE;
  }

  /** Bytes that can be lent as whole pages. */
  get whole(): number {
    return (this.#returnedCount + this.#pages - this.#fresh) * PAGE;
  }

  /** The page of a block. */
  of(offset: number): number {
    const from = offset - this.start;
    const page = from >> PAGE_BITS;
    return this.#cut[page] === 0 ? page << SMALLS_BITS : from >> SMALL_BITS;
  }

  offsetOf(page: number): number {
    return this.start + (page << SMALL_BITS);
  }

  /** Bytes of a page that is lent. */
  sizeOf(page: number): number {
    return this.#cut[page >> SMALLS_BITS] === 0 ? PAGE : SMALL_PAGE;
  }

  /** @returns a page, or NONE (-1) where none is left */
  lend(small: boolean): number {
    const page = small ? this.#lendSmall() : this.#lendWhole();
    if (page !== NONE) this.used += small ? SMALL_PAGE : PAGE;
    return page;
  }

  /** Takes back a page without blocks. @returns its bytes */
  giveBack(page: number): number {
    const index = page >> SMALLS_BITS;
    if (this.#cut[index] === 0) {
      this.used -= PAGE;
      this.#giveBackWhole(index);
      return PAGE;
    }
    this.used -= SMALL_PAGE;
    this.#giveBackSmall(index, page & (SMALLS - 1));
    return SMALL_PAGE;
  }

  /**
   * Names pages that were free since the last call and are still touched, without those that are kept: their content may
   * be lost.
   * @param release is given runs of them, as an offset and bytes
   * @returns whether another call may find more; otherwise `onIdle` says when
   */
  trim(release: (offset: number, bytes: number) => void): boolean {
    const from = this.#clean;
    const to = Math.min(this.#lowest, this.#returnedCount - KEPT, from + TRIMMED_AT_ONCE);
    this.#lowest = this.#returnedCount;
    this.#clean = Math.max(from, to);
    const idle = this.#returned.subarray(from, this.#clean).sort();
    for (let first = 0, end = 1; end <= idle.length; end++) {
      if (idle[end] === idle[end - 1] + 1) continue;
      release(this.start + (idle[first] << PAGE_BITS), (end - first) << PAGE_BITS);
      first = end;
    }
    return (this.#idleTold = this.#returnedCount - this.#clean > KEPT);
  }

  #lendWhole(): number {
    if (this.#returnedCount === 0) return this.#fresh < this.#pages ? this.#fresh++ << SMALLS_BITS : NONE;
    const index = this.#returned[--this.#returnedCount];
    if (this.#returnedCount < this.#lowest) this.#lowest = this.#returnedCount;
    if (this.#returnedCount < this.#clean) this.#clean = this.#returnedCount;
    return index << SMALLS_BITS;
  }

  #giveBackWhole(index: number): void {
    this.#returned[this.#returnedCount++] = index;
    if (this.#idleTold || this.#returnedCount - this.#clean <= KEPT || !this.onIdle) return;
    this.#idleTold = true;
    this.onIdle();
  }

  #lendSmall(): number {
    if (this.#partial === NONE) {
      const page = this.#lendWhole();
      if (page === NONE) return NONE;
      const index = page >> SMALLS_BITS;
      this.#cut[index] = 1;
      this.#smalls[index] = 2 ** SMALLS - 1;
      this.#link(index);
    }
    const index = this.#partial;
    const lowest = this.#smalls[index] & -this.#smalls[index];
    this.#smalls[index] ^= lowest;
    if (this.#smalls[index] === 0) this.#unlink(index);
    return (index << SMALLS_BITS) + (31 - Math.clz32(lowest));
  }

  #giveBackSmall(index: number, place: number): void {
    if (this.#smalls[index] === 0) this.#link(index);
    this.#smalls[index] |= 1 << place;
    if (this.#smalls[index] !== 2 ** SMALLS - 1) return;
    this.#unlink(index);
    this.#smalls[index] = this.#cut[index] = 0;
    this.#giveBackWhole(index);
  }

  #link(index: number): void {
    this.#next[index] = this.#partial;
    this.#previous[index] = NONE;
    if (this.#partial !== NONE) this.#previous[this.#partial] = index;
    this.#partial = index;
  }

  #unlink(index: number): void {
    const next = this.#next[index];
    const previous = this.#previous[index];
    if (next !== NONE) this.#previous[next] = previous;
    if (previous === NONE) this.#partial = next;
    else this.#next[previous] = next;
  }
}
