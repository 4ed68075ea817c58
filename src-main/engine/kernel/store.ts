import { type Kernel, roundUp } from './kernel.ts';
import { PAGE, type Pages, SMALL_PAGE, SURE } from './pages.ts';

/** Above so much a store takes whole pages. */
const LITTLE = 4 * SMALL_PAGE;

/**
 * The kernel memory of one window, in pages of its own: blocks lie one behind the other, and a page goes back when its
 * last block does. Who holds what comes and goes in about one order holds hardly more than its bytes.
 *
 * It may hold as much as its window can fill. A little is sure to it, beyond that it has no more than is left for all
 * others: so where many want all they can get and give it back in time, each gets as much as another, and those that
 * never give back can leave the others no less than what is sure.
 */
export class Store {
  /** bytes of the pages held */
  held = 0;
  readonly #pages: Pages;
  readonly #most: number;
  /** the page that is being filled, or -1 */
  #page = -1;
  #at = 0;
  #end = 0;

  /** @param segments full segments, of at most half a page, that it may hold */
  constructor(kernel: Kernel, segments: number) {
    this.#pages = kernel.pages;
    this.#most = (segments * PAGE) / 2 + PAGE;
  }

  /**
   * Whether it may hold so many bytes more, and there is room for `largest`, all that may be allocated with `whatever`
   * before this is asked again.
   */
  fits(bytes: number, largest: number): boolean {
    // Pages are half full at worst.
    return 2 * largest + PAGE <= this.#pages.whole && this.#may(this.held + bytes);
  }

  /**
   * @param bytes at most half a PAGE where segments are all it holds
   * @param whatever it may hold otherwise: `fits` was asked before
   * @returns the 16-aligned offset of a block with anything in it, or 0 where there is none for it
   */
  alloc(bytes: number, whatever = false): number {
    const size = roundUp(bytes || 1);
    if (this.#at + size > this.#end && !this.#turn(size, whatever)) return 0;
    const at = this.#at;
    this.#at += size;
    this.#pages.blocks[this.#page]++;
    return at;
  }

  /** Lets a block grow where it lies. @returns false where there is no room behind it */
  extend(offset: number, from: number, to: number): boolean {
    const end = offset + roundUp(to);
    if (offset + roundUp(from || 1) !== this.#at || end > this.#end) return false;
    this.#at = end;
    return true;
  }

  free(offset: number): void {
    const pages = this.#pages;
    const page = pages.of(offset);
    if (--pages.blocks[page] > 0) return;
    this.#hold(this.held - pages.giveBack(page));
    if (page !== this.#page) return;
    this.#page = -1;
    this.#at = this.#end = 0;
  }

  /** Begins a new page. */
  #turn(size: number, whatever: boolean): boolean {
    const pages = this.#pages;
    const small = size <= SMALL_PAGE && this.held < LITTLE;
    const held = this.held + (small ? SMALL_PAGE : PAGE);
    if (!whatever && !this.#may(held)) return false;
    const page = pages.lend(small);
    if (page < 0) return false;
    this.#hold(held);
    this.#page = page;
    this.#at = pages.offsetOf(page);
    this.#end = this.#at + pages.sizeOf(page);
    return true;
  }

  #may(bytes: number): boolean {
    return bytes <= this.#most && (bytes <= SURE || bytes - SURE <= this.#pages.left);
  }

  #hold(bytes: number): void {
    const { held } = this;
    this.held = bytes;
    if (bytes > SURE || held > SURE) this.#pages.left += Math.max(SURE, held) - Math.max(SURE, bytes);
  }
}
