import type { World } from '../runtime/world.ts';

/** Questions with numbers, and when each was asked and answered. */
export class Train {
  readonly #askedAt = new Map<number, number>();
  readonly #times: number[] = [];

  constructor(private readonly world: World) {}

  asked(number: number): void {
    this.#askedAt.set(number, this.world.now());
  }

  /** @returns whether it was a question of this train, answered for the first time */
  answered(number: number): boolean {
    const askedAt = this.#askedAt.get(number);
    if (askedAt === undefined || askedAt < 0) return false;
    this.#times.push(this.world.now() - askedAt);
    this.#askedAt.set(number, -1);
    return true;
  }

  get slowest(): number | null {
    return this.#times.length > 0 ? Math.max(...this.#times) : null;
  }

  get rtt(): { min: number; median: number } | null {
    if (this.#times.length === 0) return null;
    const sorted = [...this.#times].sort((a, b) => a - b);
    return { min: sorted[0], median: sorted[Math.floor(sorted.length / 2)] };
  }

  /** Share of the questions without an answer. */
  get loss(): number | null {
    if (this.#askedAt.size === 0) return null;
    return 1 - this.#times.length / this.#askedAt.size;
  }
}
