import { describe, expect, it } from 'vitest';
import { zeroCounters } from '../../../../shared/counters.ts';
import { CRYPT_INFO, CRYPTS, type CryptName } from '../../../../shared/crypts.ts';
import { defaultOptions, type ServerOptions } from '../../../../shared/options.ts';
import { type ProbeProgress, type ProbeReport, unknownOf } from '../../../../shared/probe.ts';
import { probe, type ProbeOptions } from '../../../../src-main/engine/probe/probe.ts';
import { engineContext } from '../../../../src-main/engine/session/context.ts';
import { listen } from '../../../../src-main/engine/session/listen.ts';
import { type DoubleOptions, KcptunDouble } from '../../../support/kcptun-double.ts';
import { SimulatedNetwork } from '../../../support/simulated-network.ts';
import { type LinkConditions, PERFECT, Simulation } from '../../../support/simulation.ts';

const PORT = 29_900;
const GOOD: LinkConditions = { ...PERFECT, delay: 20 };
const BAD: LinkConditions = { ...PERFECT, delay: 100, loss: 0.1, jitter: 5 };

function worldOf(conditions: LinkConditions, seed = 1): { world: Simulation; network: SimulatedNetwork } {
  const world = new Simulation(seed);
  return { world, network: new SimulatedNetwork(world, conditions) };
}

async function ask(
  { world, network }: { world: Simulation; network: SimulatedNetwork },
  over: Partial<ProbeOptions> = {},
): Promise<ProbeReport> {
  let report: ProbeReport | undefined;
  const asked = probe({
    remote: { host: '10.0.0.1', minPort: PORT, maxPort: PORT },
    key: 'secret',
    crypts: CRYPTS,
    depth: 'all',
    world,
    network,
    ...over,
  }).then((done) => (report = done));
  await world.run(60_000, () => report !== undefined);
  return asked;
}

const flushOf = ({ interval }: DoubleOptions): number => interval;

/** Everything is found, right, and in time. */
function expectFound(report: ProbeReport, double: KcptunDouble, rtt: number): void {
  const { crypt, datashard, parityshard, nocomp, smuxver, rcvwnd, keepalive, release } = double.options;
  expect(report.found).toEqual({ crypt, datashard, parityshard, nocomp, smuxver, rcvwnd, keepalive });
  if (double.fec || release === '2017') expect(report.family).toBe(release);
  else expect(report.family).toBe(CRYPT_INFO[crypt].since === 'newest' ? 'newest' : null);
  expect(report.answeredMs).toBeLessThanOrEqual(2 * rtt + 100);
  expect(report.tookMs).toBeLessThanOrEqual(keepalive * 1000 + 2000);
  expect(report.sent).toBeLessThanOrEqual(200);
  expect(double.checksumErrors).toBeLessThanOrEqual(report.unopened);
  expect(report.line.rtt!.min).toBeGreaterThanOrEqual(rtt);
  expect(report.line.rtt!.min).toBeLessThanOrEqual(rtt + flushOf(double.options) + 10);
}

describe('a probe', () => {
  const releases: Partial<DoubleOptions>[] = (['2017', '2021', 'newest'] as const).flatMap((release) => [
    { release },
    { release, datashard: 0, parityshard: 0, crypt: 'none', smuxver: 1 },
    { release, datashard: 5, parityshard: 5, crypt: 'xor', nocomp: true, keepalive: 5, interval: 40 },
    { release, datashard: 20, parityshard: 10, crypt: 'salsa20', smuxver: 1, nocomp: true, interval: 10 },
    { release, datashard: 3, parityshard: 2, crypt: 'tea', rcvwnd: 256 },
    { release, datashard: 1, parityshard: 1, crypt: '3des' },
  ]);
  releases.push({ crypt: 'aes-128-gcm', datashard: 0, parityshard: 0 }, { crypt: 'null' });

  it.each(releases)('finds all of a server: %o', async (options) => {
    const at = worldOf(GOOD);
    const double = await KcptunDouble.listen(at.network, PORT, options);
    const report = await ask(at);
    expectFound(report, double, 40);
    expect(report.line).toMatchObject({ loss: 0, mtu: 1500 });
    expect(unknownOf(report)).toEqual(['qpp', 'target', 'mode']);
    for (const session of double.sessions) expect([...session.pushed]).not.toContain(0);
    double.close();
  });

  it.each(releases)('finds it at 200 ms and a tenth lost each way: %o', async (options) => {
    for (let seed = 1; seed <= 5; seed++) {
      const at = worldOf(BAD, seed);
      const double = await KcptunDouble.listen(at.network, PORT, options);
      const report = await ask(at);
      const { family, found } = report;
      const { crypt, datashard, parityshard, nocomp, smuxver, rcvwnd, keepalive, release } = double.options;
      expect(found).toEqual({ crypt, datashard, parityshard, nocomp, smuxver, rcvwnd, keepalive });
      if (release === '2017') expect(family).toBe('2017');
      else expect([release, null, ...(double.fec ? [] : ['newest'])]).toContain(family);
      expect(report.tookMs).toBeLessThanOrEqual(keepalive * 1000 + 2000);
      expect(report.sent).toBeLessThanOrEqual(200);
      expect(double.checksumErrors).toBeLessThanOrEqual(report.unopened);
      expect(report.line.loss).toBeLessThan(0.6);
      double.close();
    }
  });

  it.each(['aes', 'null', 'aes-128-gcm'] as const)('finds our own server with crypt %s', async (crypt) => {
    const at = worldOf(GOOD);
    const options: ServerOptions = { ...defaultOptions('server'), key: 'secret', crypt, smuxver: 1 };
    const counters = zeroCounters();
    const streams: unknown[] = [];
    const context = engineContext(options, at.world, counters);
    const server = await listen(
      context,
      { host: '', minPort: PORT, maxPort: PORT },
      at.network,
      (session) => {
        session.onStream = (stream) => streams.push(stream);
      },
    );
    const report = await ask(at);
    const [found, family] = [{ datashard: 10, parityshard: 3, nocomp: false, smuxver: 1 }, 'newest'];
    expect(report).toMatchObject({ family, found: { crypt, ...found, rcvwnd: 1024, keepalive: 10 } });
    expect(streams).toEqual([]);
    expect(counters.InCsumErrors).toBeLessThanOrEqual(report.unopened);
    // the sessions end by themselves, and leave nothing behind
    await at.world.run(40_000, () => counters.CurrEstab === 0);
    expect(counters.CurrEstab).toBe(0);
    server.close();
  });

  it('tells a closed port from a key that differs, as far as the network does', async () => {
    const closed = await ask(worldOf(GOOD));
    expect(closed).toMatchObject({ answered: null, endpoints: [{ heard: 'refused' }], found: {} });
    expect(closed.tookMs).toBeLessThan(1000);

    const at = worldOf(GOOD);
    const double = await KcptunDouble.listen(at.network, PORT, { key: 'another' });
    const other = await ask(at);
    expect(other).toMatchObject({ answered: null, endpoints: [{ heard: 'silent' }], refusesOthers: true });
    expect(double.checksumErrors).toBeLessThanOrEqual(other.unopened);
    expect(other.sent).toBeLessThanOrEqual(200);
    double.close();

    const silent = worldOf(GOOD);
    silent.network.refuses = false;
    const nothing = await ask(silent);
    expect(nothing).toMatchObject({ answered: null, endpoints: [{ heard: 'silent' }], refusesOthers: false });
    expect(nothing.tookMs).toBeLessThanOrEqual(3100);
  });

  it('finds the port of a range that answers', async () => {
    const at = worldOf(GOOD);
    const double = await KcptunDouble.listen(at.network, PORT + 2, { crypt: 'twofish' });
    const crypts: CryptName[] = ['twofish', ...CRYPTS.filter((name) => name !== 'twofish')];
    const report = await ask(at, { remote: { host: '10.0.0.1', minPort: PORT, maxPort: PORT + 4 }, crypts });
    expect(report.endpoints.map(({ heard }) => heard)).toEqual([
      ...['refused', 'refused', 'answered', 'refused', 'refused'],
    ]);
    expect(report.endpoints[report.answered!].port).toBe(PORT + 2);
    double.close();
  });

  it.each([1472, 1464, 1392, 1280, 900])('finds that %i bytes are the most that pass', async (largest) => {
    for (const conditions of [GOOD, { ...GOOD, loss: 0.05 }]) {
      const at = worldOf(conditions, 3);
      at.network.largest = largest;
      const double = await KcptunDouble.listen(at.network, PORT);
      const { line } = await ask(at);
      expect(line.mtu).toBeLessThanOrEqual(largest);
      expect(line.mtu).toBeGreaterThanOrEqual(largest - 24);
      double.close();
    }
  });

  it('pings in a moment', async () => {
    const at = worldOf(GOOD);
    const double = await KcptunDouble.listen(at.network, PORT);
    const report = await ask(at, { depth: 'ping', crypts: ['aes'] });
    expect(report.line.loss).toBe(0);
    expect(report.line.rtt!.min).toBeGreaterThanOrEqual(40);
    expect(report.tookMs).toBeLessThan(700);
    expect(report.sent).toBeLessThanOrEqual(10);
    double.close();
  });

  it('tells what it learns as it learns it, and stops when told', async () => {
    const at = worldOf(GOOD);
    const double = await KcptunDouble.listen(at.network, PORT);
    const told: ProbeProgress[] = [];
    const stop = new AbortController();
    const report = await ask(at, {
      signal: stop.signal,
      onProgress: (progress) => {
        told.push(progress);
        if (progress.stage === 'waiting') stop.abort();
      },
    });
    const stages = told.map(({ stage }) => stage).filter((stage, i, all) => stage !== all[i - 1]);
    expect(stages).toEqual(['resolving', 'asking', 'measuring', 'waiting', 'done']);
    expect(told.find(({ stage }) => stage === 'measuring')!.report.found).toEqual({ crypt: 'aes' });
    expect(report.found).toMatchObject({ crypt: 'aes', datashard: 10, parityshard: 3 });
    expect(unknownOf(report)).toContain('smuxver');
    double.close();
    // no timer of it is left to do anything
    await at.world.run(60_000);
    expect(told.at(-1)!.stage).toBe('done');
  });
});
