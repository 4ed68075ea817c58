import { MAX_DATAGRAM } from '../kernel/batch.ts';
import type { World } from '../runtime/world.ts';

export interface SizeSearchSetup {
  world: World;
  /** how long the last answers of a round are waited for */
  settleMs(): number;
  /** Sends a datagram of so many bytes of UDP payload. @returns the question's number, undefined where none may be sent */
  ask(size: number): number | undefined;
  /** the largest that has passed */
  found(size: number): void;
  ended(): void;
}

/** What lines let through: Ethernet (with IPv4's and UDP's 28 bytes), kcptun's own default, IPv6's least, and less. */
const FIRST_SIZES = [MAX_DATAGRAM, 1472, 1400, 1350, 1232, 1000, 576];
/** Then the gap between what passes and what does not is cut in so many parts, so often. */
const PARTS = 4;
const ROUNDS = 3;
/** Of each size, so that a loss is not taken for a limit. */
const COPIES = 2;
const SPACING_MS = 5;

/** Looks for the largest datagram that reaches the server: it answers each, and those that are too large never come. */
export class SizeSearch {
  busy = true;
  readonly #asked = new Map<number, number>();
  #largest = 0;
  #failed = MAX_DATAGRAM + 1;
  #round = 0;

  constructor(private readonly setup: SizeSearchSetup) {}

  start(): void {
    this.#ask(FIRST_SIZES);
  }

  /** @returns whether it was a question of this search */
  answered(number: number): boolean {
    const size = this.#asked.get(number);
    if (size === undefined) return false;
    if (size > this.#largest) {
      this.#largest = size;
      this.setup.found(size);
    }
    return true;
  }

  #ask(sizes: readonly number[]): void {
    const { world } = this.setup;
    const waiting = Array.from({ length: COPIES }, () => sizes).flat();
    const next = (): void => {
      const size = waiting.shift();
      if (size === undefined) {
        world.after(this.setup.settleMs(), () => this.#settle(sizes));
        return;
      }
      const number = this.setup.ask(size);
      if (number !== undefined) this.#asked.set(number, size);
      world.after(SPACING_MS, next);
    };
    next();
  }

  #settle(sizes: readonly number[]): void {
    const above = sizes.filter((size) => size > this.#largest);
    if (above.length > 0) this.#failed = Math.min(...above);
    const gap = this.#failed - this.#largest;
    if (this.#largest === 0 || above.length === 0 || gap <= PARTS || ++this.#round >= ROUNDS) {
      this.busy = false;
      this.setup.ended();
      return;
    }
    const inner = Array.from({ length: PARTS - 1 }, (_, i) =>
      Math.round(this.#largest + (gap * (i + 1)) / PARTS),
    );
    // the one that failed is asked again: both its copies may have been lost
    this.#ask([this.#failed, ...inner]);
  }
}
