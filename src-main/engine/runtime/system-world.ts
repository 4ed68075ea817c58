import { randomFillSync } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { MAX_INT32 } from '../../../shared/wire.ts';
import type { Timer, World } from './world.ts';

/** setTimeout takes more for 1: what is later than in 25 days is then. */
export const LONGEST_TIMER_MS = MAX_INT32;

/** Small: each session has one or two. */
class SystemTimer implements Timer {
  constructor(private readonly timeout: NodeJS.Timeout) {}

  stop(): void {
    clearTimeout(this.timeout);
  }
}

/** The real one: setTimeout, setImmediate, the system's clock and randomness. */
export class SystemWorld implements World {
  #queue: (() => void)[] = [];
  #spare: (() => void)[] = [];
  #scheduled = false;

  now(): number {
    return performance.now();
  }

  wallClock(): number {
    return Date.now();
  }

  after(ms: number, run: () => void): Timer {
    return new SystemTimer(setTimeout(run, Math.min(ms, LONGEST_TIMER_MS)));
  }

  endOfTurn(run: () => void): void {
    this.#queue.push(run);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(this.#turn);
  }

  randomFill(bytes: Uint8Array): void {
    randomFillSync(bytes);
  }

  random(): number {
    return Math.random();
  }

  readonly #turn = (): void => {
    this.#scheduled = false;
    const queue = this.#queue;
    this.#queue = this.#spare;
    for (let i = 0; i < queue.length; i++) queue[i]();
    queue.length = 0;
    this.#spare = queue;
  };
}
