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
  #losing = false;

  constructor(
    private readonly world: Simulation,
    public conditions: LaneConditions,
  ) {}

  /** How long a datagram waits that comes now, in ms. */
  get waiting(): number {
    return Math.max(0, this.#freeAt - this.world.now());
  }

  send(length: number, arrive: () => void): void {
    const { world } = this;
    const { rate, queue, delay, jitter } = this.conditions;
    this.bytes += length;
    this.offered++;
    if (this.waiting > queue) {
      this.dropped++;
      return;
    }
    this.#freeAt = Math.max(this.#freeAt, world.now()) + (length * 8) / (rate * 1000);
    if (this.#loses()) {
      this.lost++;
      return;
    }
    const at = this.#freeAt + delay + world.random() * jitter;
    this.#lastAt = Math.max(this.#lastAt, at);
    world.at(this.#lastAt, arrive);
  }

  /** Gilbert's model: a run of losses ends with 1 / burst, and begins so often that the share comes out. */
  #loses(): boolean {
    const { loss, burst } = this.conditions;
    if (loss === 0) return (this.#losing = false);
    const begins = loss / (burst * (1 - loss));
    const toss = this.world.random();
    this.#losing = burst > 1 ? (this.#losing ? toss >= 1 / burst : toss < begins) : toss < loss;
    return this.#losing;
  }
}
