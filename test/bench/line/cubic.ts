import type { Simulation } from '../../support/simulation.ts';
import type { Lane } from './lane.ts';

const PACKET = 1350;
/** RFC 9438 */
const C = 0.4;
const BETA = 0.7;

/** A TCP-like flow (Cubic, RFC 9438) through one direction of a line; its ACKs come back by an empty way of `delay` ms. */
export class CubicFlow {
  delivered = 0;
  #window = 10;
  #threshold = Infinity;
  #inFlight = 0;
  #before = 0;
  #epoch = 0;
  #sn = 0;
  #acked = -1;
  /** the highest number sent when the window was last cut: one cut a round trip */
  #recover = -1;
  #heardAt = 0;
  readonly #out = new Set<number>();

  constructor(
    private readonly world: Simulation,
    private readonly lane: Lane,
    private readonly back: number,
  ) {}

  start(): void {
    this.#heardAt = this.world.now();
    this.#send();
    this.#watch();
  }

  /** Everything may have been dropped: begin anew. */
  #watch(): void {
    this.world.at(this.world.now() + 1000, () => {
      if (this.world.now() - this.#heardAt > 900) {
        this.#out.clear();
        this.#inFlight = 0;
        this.#threshold = this.#window * BETA;
        this.#window = 2;
        this.#send();
      }
      this.#watch();
    });
  }

  #send(): void {
    while (this.#inFlight < Math.floor(this.#window)) {
      const sn = this.#sn++;
      this.#inFlight++;
      this.#out.add(sn);
      this.lane.send(PACKET, () => {
        this.delivered += PACKET;
        this.world.at(this.world.now() + this.back, () => this.#ack(sn));
      });
    }
  }

  #ack(sn: number): void {
    this.#heardAt = this.world.now();
    if (this.#out.delete(sn)) this.#inFlight--;
    this.#acked = Math.max(this.#acked, sn);
    for (const old of this.#out) {
      if (old > this.#acked - 3) break;
      this.#out.delete(old);
      this.#inFlight--;
      if (old > this.#recover) this.#cut();
    }
    if (this.#window < this.#threshold) this.#window++;
    else {
      const seconds = (this.world.now() - this.#epoch) / 1000;
      const k = Math.cbrt((this.#before * (1 - BETA)) / C);
      const target = C * (seconds - k) ** 3 + this.#before;
      if (target > this.#window) this.#window += Math.min(0.5, (target - this.#window) / this.#window);
      else this.#window += 0.01 / this.#window;
    }
    this.#send();
  }

  #cut(): void {
    this.#recover = this.#sn;
    this.#before = this.#window;
    this.#epoch = this.world.now();
    this.#window = Math.max(2, this.#window * BETA);
    this.#threshold = this.#window;
  }
}
