import type { ServerFamily } from '../../../shared/probe.ts';
import type { Shape } from '../fec/autotune.ts';
import type { World } from '../runtime/world.ts';
import type { ShapeSearch } from './shape.ts';

export interface FamilyTestSetup {
  world: World;
  shape: Shape;
  seen: ShapeSearch;
  settleMs(): number;
  /** share of the questions that were lost */
  loss: number;
  /** questions that may still be asked */
  allowance(): number;
  ask(): void;
  ended(family: ServerFamily | null): void;
}

/** The newest release sends no parity for a group whose last two packets are further apart than 500 ms. */
const PAUSE_MS = 650;
const SPACING_MS = 45;
/** Parity that did not come was not sent, unless that all of it was lost is likelier than this. */
const DOUBT = 0.02;

/** Tells the newest release from older ones by the parity that it leaves out. Ends without a result where too much is lost. */
export class FamilyTest {
  busy = true;

  constructor(private readonly setup: FamilyTestSetup) {}

  start(): void {
    this.#approach();
  }

  /** The server has sent something by itself: how far its packets lie apart is not known any more. */
  disturb(): void {
    if (this.busy) this.#end(null);
  }

  get #size(): number {
    const { dataShards, parityShards } = this.setup.shape;
    return dataShards + parityShards;
  }

  /** Asks until all but the last data packet of a group have come. */
  #approach(): void {
    if (!this.busy) return;
    const { seen, shape, allowance, world, settleMs } = this.setup;
    const { dataShards } = shape;
    const at = seen.last % this.#size;
    const missing = at >= dataShards - 1 ? dataShards - 1 : dataShards - 2 - at;
    if (missing === 0 || dataShards === 1) {
      const group = Math.floor(seen.last / this.#size) + (dataShards === 1 ? 1 : 0);
      world.after(PAUSE_MS, () => this.#lastOf(group));
      return;
    }
    if (missing + 2 > allowance()) return this.#end(null);
    this.#askAll(missing, () => world.after(settleMs(), () => this.#approach()));
  }

  #askAll(count: number, then: () => void): void {
    if (!this.busy) return;
    if (count === 0) return then();
    this.setup.ask();
    this.setup.world.after(SPACING_MS, () => this.#askAll(count - 1, then));
  }

  /** The last packet of the group after the pause, and one of the next group. */
  #lastOf(group: number): void {
    const { seen, shape, world, settleMs, loss } = this.setup;
    this.#askAll(2, () =>
      world.after(settleMs(), () => {
        if (!this.busy) return;
        const begin = group * this.#size;
        const closed = seen.has(begin + shape.dataShards - 1);
        if (seen.hasParity(begin + shape.dataShards, begin + this.#size)) return this.#end('2021');
        const sure = closed && seen.last >= begin + this.#size && loss ** shape.parityShards <= DOUBT;
        this.#end(sure ? 'newest' : null);
      }),
    );
  }

  #end(family: ServerFamily | null): void {
    this.busy = false;
    this.setup.ended(family);
  }
}
