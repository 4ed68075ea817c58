import type { Timer } from '../../../src-main/engine/runtime/world.ts';
import { SimulatedNetwork } from '../../support/simulated-network.ts';
import { Simulation } from '../../support/simulation.ts';
import { Lane, type LaneConditions } from './lane.ts';

/** How late the system's timers are, at most, beyond whole milliseconds. */
const LATE_MS = 0.3;

/** Virtual time in which the engine's timers are as coarse as the system's, and the line is exact. */
export class CoarseWorld extends Simulation {
  override after(ms: number, run: () => void): Timer {
    return super.after(Math.max(1, Math.ceil(ms)) + this.random() * LATE_MS, run);
  }
}

/** One line, up to the server's port and down from it, that all sockets share. */
export class LineNetwork extends SimulatedNetwork {
  readonly up: Lane;
  readonly down: Lane;

  constructor(
    override readonly world: Simulation,
    private readonly serverPort: number,
    up: LaneConditions,
    down: LaneConditions,
  ) {
    super(world);
    this.up = new Lane(world, up);
    this.down = new Lane(world, down);
  }

  override send(from: number, to: number, data: Uint8Array): void {
    const lane = to === this.serverPort ? this.up : this.down;
    lane.send(data.length, () => this.arrive(from, to, data));
  }
}
