import type { Timer, World } from '../../src-main/engine/runtime/world.ts';
import { seededRandom } from './random.ts';

interface Event {
  at: number;
  /** ties run in the order they were made */
  order: number;
  run: (() => void) | undefined;
}

/** A world in virtual time: the same every time from one seed, and as fast as its events can be worked off. */
export class Simulation implements World {
  #now = 0;
  #order = 0;
  /** a binary heap by (at, order) */
  readonly #heap: Event[] = [];
  #turn: (() => void)[] = [];
  readonly random: () => number;

  constructor(seed = 1) {
    this.random = seededRandom(seed);
  }

  now(): number {
    return this.#now;
  }

  wallClock(): number {
    return 1_800_000_000_000 + this.#now;
  }

  after(ms: number, run: () => void): Timer {
    const event = this.at(this.#now + Math.max(0, ms), run);
    return { stop: () => void (event.run = undefined) };
  }

  /** Runs at a moment to come, for what needs no timer to stop. */
  at(at: number, run: () => void): Event {
    const event: Event = { at, order: this.#order++, run };
    this.#push(event);
    return event;
  }

  endOfTurn(run: () => void): void {
    this.#turn.push(run);
  }

  randomFill(bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length; i++) bytes[i] = Math.floor(this.random() * 256);
  }

  /** Timers that are still to fire. */
  get pending(): number {
    return this.#heap.filter((event) => event.run).length;
  }

  /**
   * Runs until nothing is left to do, `done` says so, or `limit` ms of virtual time have passed.
   * Promises that an event settled are followed before the next event.
   * @returns whether `done` was reached (or nothing was left)
   */
  async run(limit: number, done: () => boolean = () => false): Promise<boolean> {
    const stop = this.#now + limit;
    for (;;) {
      await this.#settle();
      if (done()) return true;
      const event = this.#heap[0];
      if (!event) return true;
      if (event.at > stop) {
        this.#now = stop;
        return false;
      }
      this.#pop();
      this.#now = Math.max(this.#now, event.at);
      event.run?.();
    }
  }

  /** As `run`, where nothing waits for a promise: several times faster. */
  runSync(limit: number, done: () => boolean = () => false): boolean {
    const stop = this.#now + limit;
    for (;;) {
      this.endTurn();
      if (done()) return true;
      const event = this.#heap[0];
      if (!event) return true;
      if (event.at > stop) {
        this.#now = stop;
        return false;
      }
      this.#pop();
      this.#now = Math.max(this.#now, event.at);
      event.run?.();
    }
  }

  /** Lets `ms` milliseconds pass, with their timers in order, each in a turn of its own. */
  advance(ms: number): void {
    const end = this.#now + ms;
    this.runSync(ms);
    this.#now = end;
  }

  /** Ends the turn under way: what waits for its end runs, and what that adds. */
  endTurn(): void {
    while (this.#turn.length > 0) {
      const turn = this.#turn;
      this.#turn = [];
      for (const run of turn) run();
    }
  }

  async #settle(): Promise<void> {
    do {
      this.endTurn();
      // Deep enough for a chain of awaits such as dialling makes.
      for (let i = 0; i < 12; i++) await null;
    } while (this.#turn.length > 0);
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let i = heap.push(event) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!before(event, heap[parent])) break;
      heap[i] = heap[parent];
      i = parent;
    }
    heap[i] = event;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1], heap[child])) child++;
      if (!before(heap[child], last)) break;
      heap[i] = heap[child];
      i = child;
    }
    heap[i] = last;
  }
}

const before = (a: Event, b: Event): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

/** One direction of a line. Shares are of 1, times are ms, the rate is bytes/s. */
export interface LinkConditions {
  loss: number;
  delay: number;
  jitter: number;
  duplicate: number;
  reorder: number;
  rate: number;
}

export const PERFECT: LinkConditions = {
  loss: 0,
  delay: 1,
  jitter: 0,
  duplicate: 0,
  reorder: 0,
  rate: Infinity,
};

/** Carries datagrams one way through a simulation. */
export class SimulatedLink {
  cut = false;
  #freeAt = 0;
  carried = 0;
  lost = 0;

  constructor(
    private readonly world: Simulation,
    public conditions: LinkConditions,
    private readonly deliver: (datagram: Uint8Array) => void,
  ) {}

  send(datagram: Uint8Array): void {
    const { world } = this;
    const { loss, delay, jitter, duplicate, reorder, rate } = this.conditions;
    if (this.cut || world.random() < loss) {
      this.lost++;
      return;
    }
    this.carried++;
    const copies = world.random() < duplicate ? 2 : 1;
    this.#freeAt = Math.max(this.#freeAt, world.now()) + (datagram.length * 1000) / rate;
    for (let i = 0; i < copies; i++) {
      // A reordered datagram is held back for another delay, so that later ones pass it.
      const late = world.random() < reorder ? delay : 0;
      const at = this.#freeAt - world.now() + delay + world.random() * jitter + late;
      world.after(at, () => this.deliver(datagram));
    }
  }
}
