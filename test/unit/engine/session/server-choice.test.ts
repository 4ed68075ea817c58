import { describe, expect, it } from 'vitest';
import { ServerChoice, type ServerLook } from '../../../../src-main/engine/session/server-choice.ts';
import { Simulation } from '../../../support/simulation.ts';

const MINUTE = 60_000;

/** Servers that answer as a test says, and what was chosen of them. */
class Bench {
  readonly world = new Simulation();
  readonly moves: string[] = [];
  readonly asked: number[] = [];
  /** milliseconds there and back; null for one that is dead */
  readonly rtt: (number | null)[];
  /** what refuses says so sooner than silence is taken for an answer */
  refuses = false;
  readonly choice: ServerChoice;

  constructor(rtt: (number | null)[], prefer: 'first' | 'fastest' = 'first') {
    this.rtt = rtt;
    this.choice = new ServerChoice({
      ...{ world: this.world, prefer, count: rtt.length },
      ask: (server, heard, signal) => this.#ask(server, heard, signal),
      moved: (to, from, why) => void this.moves.push(`${from}>${to} ${why}`),
    });
    void this.choice.start();
  }

  /** @param every doubts so often, as keepers do whose server is silent */
  async run(ms: number, doubting = false): Promise<void> {
    const end = this.world.now() + ms;
    const doubt = (): void => {
      if (this.rtt[this.choice.current] === null) this.choice.doubt();
      if (this.world.now() < end) this.world.at(this.world.now() + 1000, doubt);
    };
    if (doubting) doubt();
    await this.world.run(ms);
  }

  #ask(server: number, heard: () => void, signal: AbortSignal): Promise<ServerLook | null> {
    this.asked.push(server);
    const rtt = this.rtt[server];
    return new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve(null), { once: true });
      if (rtt === null) this.world.at(this.world.now() + (this.refuses ? 400 : 3000), () => resolve(null));
      else {
        this.world.at(this.world.now() + rtt, heard);
        this.world.at(this.world.now() + rtt + 500, () => resolve({ rtt, loss: 0 }));
      }
    });
  }
}

describe('the choice among servers', () => {
  it('stays with the first while it answers, and asks nobody unless there is doubt', async () => {
    const bench = new Bench([200, 10]);
    await bench.run(60 * MINUTE);
    expect(bench.asked).toEqual([]);
    bench.choice.doubt();
    await bench.run(MINUTE);
    expect(bench.moves).toEqual([]);
    expect(bench.asked).toEqual([0, 1]);
  });

  it('leaves a dead one for the first in order that answers, within two seconds', async () => {
    const bench = new Bench([null, 150, 10]);
    bench.choice.doubt();
    await bench.run(1_600);
    expect(bench.moves).toEqual(['0>1 dead']);
  });

  it('need not be patient with one that refuses', async () => {
    const bench = new Bench([null, 20]);
    bench.refuses = true;
    bench.choice.doubt();
    await bench.run(450);
    expect(bench.moves).toEqual(['0>1 dead']);
  });

  it('moves nowhere while nobody answers, and asks again when there is still doubt', async () => {
    const bench = new Bench([null, null]);
    await bench.run(20_000, true);
    expect(bench.moves).toEqual([]);
    bench.rtt[1] = 30;
    await bench.run(5_000, true);
    expect(bench.moves).toEqual(['0>1 dead']);
  });

  it('comes back to the first when it has answered well for ten minutes, not before', async () => {
    const bench = new Bench([null, 20]);
    await bench.run(5_000, true);
    bench.rtt[0] = 30;
    await bench.run(9 * MINUTE);
    expect(bench.moves).toEqual(['0>1 dead']);
    await bench.run(2 * MINUTE);
    expect(bench.moves).toEqual(['0>1 dead', '1>0 back']);
  });

  it('does not bounce with a server that comes and goes', async () => {
    const bench = new Bench([null, 20]);
    for (let minute = 0; minute < 120; minute++) {
      bench.rtt[0] = minute % 8 === 0 ? null : 20;
      await bench.run(MINUTE, true);
    }
    expect(bench.moves).toEqual(['0>1 dead']);
    bench.rtt[0] = 20;
    await bench.run(11 * MINUTE, true);
    expect(bench.moves).toEqual(['0>1 dead', '1>0 back']);
  });

  it('goes back early where the spare dies too', async () => {
    const bench = new Bench([null, 20]);
    await bench.run(5_000, true);
    [bench.rtt[0], bench.rtt[1]] = [20, null];
    await bench.run(5_000, true);
    expect(bench.moves).toEqual(['0>1 dead', '1>0 dead']);
  });

  it('takes the fastest, and another only when that has been clearly nearer for a while', async () => {
    const bench = new Bench([120, 40, 80], 'fastest');
    await bench.run(1000);
    expect(bench.choice.current).toBe(1);
    bench.rtt[2] = 36;
    await bench.run(10 * MINUTE);
    expect(bench.moves).toEqual([]);
    // what comes and goes is no reason
    for (let look = 0; look < 20; look++) {
      bench.rtt[2] = look % 3 === 0 ? 90 : 10;
      await bench.run(30_500);
    }
    expect(bench.moves).toEqual([]);
    bench.rtt[2] = 10;
    await bench.run(3 * MINUTE);
    expect(bench.moves).toEqual(['1>2 faster']);
    bench.rtt[2] = null;
    await bench.run(5_000, true);
    expect(bench.moves).toEqual(['1>2 faster', '2>1 dead']);
  });

  it('leaves nothing behind when it stops', async () => {
    const bench = new Bench([null, 20, 30], 'fastest');
    await bench.run(40_000, true);
    bench.choice.doubt();
    bench.choice.stop();
    await bench.run(10_000);
    expect(bench.world.pending).toBe(0);
  });
});
