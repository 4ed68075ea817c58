import { Losses } from '../../support/losses.ts';
import type { Simulation } from '../../support/simulation.ts';

/** What one direction of a line does to datagrams. Times are ms, shares are of 1. */
export interface LaneConditions {
  /** Mbit/s */
  rate: number;
  /** the longest wait in front of the narrowest place; what would wait longer is dropped */
  queue: number;
  /** propagation, one way */
  delay: number;
  /** up to so much more, in order */
  jitter: number;
  /** share lost behind the queue: it has cost its share of the line */
  loss: number;
  /** datagrams lost in a row, in the mean (1: each for itself) */
  burst: number;
}

/** One direction of a line in virtual time, shared by everything that is sent through it. */
export class Lane {
  /** bytes offered, and datagrams offered, dropped by the queue, and lost behind it */
  bytes = 0;
  offered = 0;
  dropped = 0;
  lost = 0;
  #freeAt = 0;
  #lastAt = 0;
  readonly #losses: Losses;

  constructor(
    private readonly world: Simulation,
    public conditions: LaneConditions,
  ) {
    this.#losses = new Losses(() => world.random());
  }

  /** How long a datagram waits that comes now, in ms. */
  get waiting(): number {
    return Math.max(0, this.#freeAt - this.world.now());
  }

  send(length: number, arrive: () => void): void {
    const { world } = this;
    const { rate, queue, delay, jitter, loss, burst } = this.conditions;
    this.bytes += length;
    this.offered++;
    if (this.waiting > queue) {
      this.dropped++;
      return;
    }
    this.#freeAt = Math.max(this.#freeAt, world.now()) + (length * 8) / (rate * 1000);
    if (this.#losses.next(loss, burst)) {
      this.lost++;
      return;
    }
    const at = this.#freeAt + delay + world.random() * jitter;
    this.#lastAt = Math.max(this.#lastAt, at);
    world.at(this.#lastAt, arrive);
  }
}
