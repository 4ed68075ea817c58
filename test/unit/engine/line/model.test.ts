import { describe, expect, it } from 'vitest';
import { LineModel } from '../../../../src-main/engine/line/model.ts';

const SEGMENT = 1400;
const TURN_MS = 10;

/** A model that is told of turns, as they come every 10 ms. */
class Told {
  readonly model = new LineModel(32 * SEGMENT, TURN_MS);
  now = 0;

  /** Echoes alone, whose round trips are these. */
  idle(...trips: number[]): void {
    for (const trip of trips) {
      this.now += 100;
      this.model.roundTrip(trip, 0, true, this.now);
      this.model.delivery(1, 1, true, true, 0, this.now);
    }
  }

  /** A round in which so much is delivered. */
  round(rate: number, trip: number, passed: number, turns: number): void {
    for (let turn = 1; turn <= turns; turn++) {
      this.now += TURN_MS;
      this.model.roundTrip(trip + (turn % 3), 0, false, this.now);
      this.model.delivery(rate, passed, false, turn === turns, rate * trip, this.now);
    }
  }
}

describe('a start-up', () => {
  it('goes on while each round brings more, though all round trips are longer than an idle one', () => {
    const told = new Told();
    told.idle(100, 160, 100, 130, 100);
    for (let rate = 100; rate <= 1600; rate *= 2) told.round(rate, 145, 1, 14);
    expect(told.model.state).toBe('start-up');
    expect(told.model.trips.queue).toBe(0);
  });

  it('takes little that arrives for a full queue only where enough turns tell so', () => {
    const [few, many] = [new Told(), new Told()];
    for (const [told, turns] of [
      [few, 2],
      [many, 14],
    ] as const) {
      told.idle(100, 100, 100);
      told.round(100, 107, 1, 14);
      told.round(200, 107, 0.7, turns);
    }
    expect(few.model.state).toBe('start-up');
    expect(many.model.state).toBe('drain');
  });
});
