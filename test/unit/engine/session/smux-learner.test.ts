import { describe, expect, it } from 'vitest';
import { EngineError, SmuxVersionError } from '../../../../src-main/engine/errors.ts';
import { SmuxLearner } from '../../../../src-main/engine/session/smux-learner.ts';
import type { Session } from '../../../../src-main/engine/session/types.ts';
import { Simulation } from '../../../support/simulation.ts';

type Version = 1 | 2;
const session = (understood: boolean): Session => ({ mux: { understood } }) as unknown as Session;
const silent = new EngineError('keepalive-timeout', 'silent');

class Bench {
  readonly world = new Simulation();
  readonly settings: { version: Version } = { version: 2 };
  readonly told: [Version, boolean][] = [];
  asked = 0;
  /** what the server tells with its heartbeat, ten seconds after it was asked */
  speaks: Version | undefined = 1;
  readonly learner: SmuxLearner;

  constructor(known?: Version, answersAfter = 10_000) {
    this.learner = new SmuxLearner({
      ...{ world: this.world, settings: this.settings, known },
      ask: () => {
        this.asked++;
        return new Promise((resolve) => this.world.after(answersAfter, () => resolve(this.speaks)));
      },
      learned: (version, changed) => void this.told.push([version, changed]),
    });
  }

  run = (ms: number): Promise<boolean> => this.world.run(ms);
}

describe('learning the smux version', () => {
  it('asks once while it is not known, and tells what sessions are of no use', async () => {
    const bench = new Bench();
    void bench.learner.dialling();
    void bench.learner.dialling();
    await bench.run(11_000);
    void bench.learner.dialling();
    expect([bench.asked, bench.settings.version, bench.told]).toEqual([1, 1, [[1, true]]]);
  });

  it('holds a first dial until it knows, and for two seconds at most', async () => {
    for (const [answersAfter, dials] of [
      [300, 300],
      [10_000, 2000],
    ]) {
      const bench = new Bench(undefined, answersAfter);
      const dialled: [number, Version][] = [];
      for (const at of [0, 100, 12_000])
        bench.world.at(at, () => {
          void bench.learner
            .dialling()
            .then(() => dialled.push([bench.world.now() - at, bench.settings.version]));
        });
      await bench.run(13_000);
      const guess = answersAfter > dials ? 2 : 1;
      expect(dialled).toEqual([
        [dials, guess],
        [dials - 100, guess],
        [0, 1],
      ]);
      // sessions that have guessed are of no use
      expect(bench.told).toEqual([[1, guess === 2]]);
    }
  });

  it('tells that what was assumed is right', async () => {
    const bench = new Bench();
    bench.speaks = 2;
    void bench.learner.dialling();
    await bench.run(11_000);
    expect([bench.settings.version, bench.told]).toEqual([2, [[2, false]]]);
  });

  it('begins with what is known, and asks again when nothing of a session was ever read', async () => {
    const bench = new Bench(1);
    bench.speaks = 2;
    void bench.learner.dialling();
    bench.learner.doubtful(session(true));
    bench.learner.ended(session(true), silent);
    expect([bench.asked, bench.settings.version]).toEqual([0, 1]);
    bench.learner.ended(session(false), silent);
    await bench.run(11_000);
    expect([bench.asked, bench.settings.version, bench.told]).toEqual([1, 2, [[2, true]]]);
  });

  it('learns from a frame of another version, and from none of no version', () => {
    const bench = new Bench(2);
    bench.learner.ended(session(false), new SmuxVersionError(255, 'snappy'));
    expect(bench.told).toEqual([]);
    bench.learner.ended(session(false), new SmuxVersionError(1, 'one'));
    expect(bench.told).toEqual([[1, true]]);
  });

  it('asks a server that does not tell again, but not all the time', async () => {
    const bench = new Bench();
    bench.speaks = undefined;
    for (let second = 0; second < 60; second++)
      bench.world.at(second * 1000, () => void bench.learner.dialling());
    await bench.run(60_000);
    expect([bench.asked, bench.told]).toEqual([4, []]);
  });
});
