import { describe, expect, it } from 'vitest';
import { zeroCounters } from '../../../../shared/counters.ts';
import type { CryptName } from '../../../../shared/crypts.ts';
import { defaultOptions } from '../../../../shared/options.ts';
import { askSmuxVersion } from '../../../../src-main/engine/probe/smux-version.ts';
import { engineContext } from '../../../../src-main/engine/session/context.ts';
import { listen } from '../../../../src-main/engine/session/listen.ts';
import type { SmuxVersion } from '../../../../src-main/engine/smux/frame.ts';
import { type DoubleOptions, KcptunDouble } from '../../../support/kcptun-double.ts';
import { SimulatedNetwork } from '../../../support/simulated-network.ts';
import { type LinkConditions, PERFECT, Simulation } from '../../../support/simulation.ts';

const PORT = 29_900;
const GOOD: LinkConditions = { ...PERFECT, delay: 20 };
const BAD: LinkConditions = { ...PERFECT, delay: 100, loss: 0.1, jitter: 5 };

interface Shape {
  crypt?: CryptName;
  nocomp?: boolean;
  datashard?: number;
  parityshard?: number;
}

/** A client in a simulated network, which asks. */
class Bench {
  readonly world: Simulation;
  readonly network: SimulatedNetwork;

  constructor(conditions: LinkConditions, seed = 1) {
    this.world = new Simulation(seed);
    this.network = new SimulatedNetwork(this.world, conditions);
  }

  /** @returns what was learned, and after how long */
  async ask(shape: Shape, stop = new AbortController()): Promise<[SmuxVersion | undefined, number]> {
    const { world, network } = this;
    const options = { ...defaultOptions('client'), key: 'secret', ...shape };
    const context = engineContext(options, world, zeroCounters());
    const startedAt = world.now();
    let end: [SmuxVersion | undefined, number] | undefined;
    const remote = { host: '10.0.0.1', minPort: PORT, maxPort: PORT };
    void askSmuxVersion(remote, { ...context, network }, stop.signal).then(
      (version) => (end = [version, world.now() - startedAt]),
    );
    await world.run(10_000, () => end !== undefined);
    return end!;
  }
}

const SHAPES: Shape[] = [
  {},
  { nocomp: true },
  { datashard: 0, parityshard: 0, crypt: 'none', nocomp: true },
  { datashard: 0, parityshard: 0, crypt: 'salsa20' },
];
const CASES = SHAPES.flatMap((shape) => ([1, 2] as const).map((smuxver) => ({ ...shape, smuxver })));

describe('asking for the smux version', () => {
  it.each(CASES)('is answered by every release within a few round trips: %o', async (options) => {
    for (const release of ['2017', '2021', 'newest'] as const) {
      const bench = new Bench(GOOD);
      const double = await KcptunDouble.listen(bench.network, PORT, { ...options, release });
      const [version, ms] = await bench.ask(options);
      expect(version).toBe(options.smuxver);
      expect(ms).toBeLessThan(500);
      double.close();
    }
  });

  it.each(CASES)('is answered by our server, which connects to nothing: %o', async (options) => {
    const bench = new Bench(GOOD);
    const context = engineContext(
      { ...defaultOptions('server'), key: 'secret', ...options },
      bench.world,
      zeroCounters(),
    );
    let streams = 0;
    const listener = await listen(
      context,
      { host: '', minPort: PORT, maxPort: PORT },
      bench.network,
      (session) => (session.onStream = () => void streams++),
      () => {},
    );
    const [version, ms] = await bench.ask(options);
    expect([version, streams]).toEqual([options.smuxver, 0]);
    expect(ms).toBeLessThan(1500);
    listener.close();
  });

  it.each(CASES)(
    'is never told wrong, and mostly told, at 200 ms and a tenth lost each way: %o',
    async (options) => {
      let told = 0;
      for (let seed = 1; seed <= 20; seed++) {
        const bench = new Bench(BAD, seed);
        const release = (['2017', '2021', 'newest'] as const)[seed % 3];
        const double = await KcptunDouble.listen(bench.network, PORT, { ...options, release });
        const [version, ms] = await bench.ask(options);
        if (version !== undefined) {
          expect(version).toBe(options.smuxver);
          told++;
        }
        expect(ms).toBeLessThan(2100);
        double.close();
      }
      expect(told).toBeGreaterThanOrEqual(19);
    },
  );

  it.each<[string, Partial<DoubleOptions>]>([
    ['compression differs', { nocomp: true }],
    ['the key is another', { key: 'quite another' }],
  ])('tells nothing where %s', async (_what, server) => {
    const bench = new Bench(GOOD);
    const double = await KcptunDouble.listen(bench.network, PORT, { smuxver: 1, ...server });
    const [version, ms] = await bench.ask({ nocomp: false });
    expect(version).toBeUndefined();
    expect(ms).toBeLessThan(2100);
    double.close();
  });

  it('does not wait where nobody listens', async () => {
    const [version, ms] = await new Bench(GOOD).ask({});
    expect(version).toBeUndefined();
    expect(ms).toBeLessThan(200);
  });

  it('ends at once when it is not wanted any more', async () => {
    const bench = new Bench(GOOD);
    const stop = new AbortController();
    bench.world.after(100, () => stop.abort());
    const [version, ms] = await bench.ask({}, stop);
    expect(version).toBeUndefined();
    expect(ms).toBeLessThan(200);
  });
});
