import type { Timer, World } from '../../src-main/engine/runtime/world.ts';
import { seededRandom } from './random.ts';

interface Due {
  at: number;
  run: () => void;
}

/** A world whose time passes only by `advance`, and whose turns end only by `endTurn`. */
export class VirtualWorld implements World {
  #now = 0;
  #timers: Due[] = [];
  #turn: (() => void)[] = [];
  readonly #random: () => number;

  constructor(seed = 1) {
    this.#random = seededRandom(seed);
  }

  now(): number {
    return this.#now;
  }

  wallClock(): number {
    return 1_700_000_000_000 + this.#now;
  }

  after(ms: number, run: () => void): Timer {
    const timer = { at: this.#now + ms, run };
    this.#timers.push(timer);
    return { stop: () => void (this.#timers = this.#timers.filter((each) => each !== timer)) };
  }

  endOfTurn(run: () => void): void {
    this.#turn.push(run);
  }

  randomFill(bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length; i++) bytes[i] = this.#random() * 256;
  }

  random(): number {
    return this.#random();
  }

  get timers(): number {
    return this.#timers.length;
  }

  endTurn(): void {
    while (this.#turn.length > 0) {
      const turn = this.#turn;
      this.#turn = [];
      for (const run of turn) run();
    }
  }

  /** Runs the timers of the next `ms` milliseconds in their order, each in a turn of its own. */
  advance(ms: number): void {
    const end = this.#now + ms;
    this.endTurn();
    for (;;) {
      let due: Due | undefined;
      for (const timer of this.#timers)
        if (timer.at <= end && (due === undefined || timer.at < due.at)) due = timer;
      if (due === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== due);
      this.#now = Math.max(this.#now, due.at);
      due.run();
      this.endTurn();
    }
    this.#now = end;
  }
}
