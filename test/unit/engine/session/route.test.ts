import { describe, expect, it } from 'vitest';
import { type HostPorts, parseAddress } from '../../../../shared/address.ts';
import { EngineError } from '../../../../src-main/engine/errors.ts';
import { SessionKeeper } from '../../../../src-main/engine/session/keeper.ts';
import { Route } from '../../../../src-main/engine/session/route.ts';
import type { Session } from '../../../../src-main/engine/session/types.ts';
import { type ResolvedHost, systemNetwork } from '../../../../src-main/engine/transport/network.ts';
import { MemoryLine } from '../../../support/memory-session.ts';
import { Simulation } from '../../../support/simulation.ts';

const NAMES: Record<string, string[]> = {
  'dual.example': ['192.0.2.1', '2001:db8::1'],
  'six.example': ['2001:db8::6'],
};
const resolve = async (host: string): Promise<ResolvedHost[]> => {
  if (!NAMES[host]) throw new EngineError('resolve-failed', `cannot resolve '${host}'`);
  return NAMES[host].map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
};

class Bench {
  readonly world = new Simulation();
  readonly line = new MemoryLine(this.world);
  readonly opened: string[] = [];
  /** addresses that cannot even be sent to */
  readonly closed = new Set<string>();
  readonly route: Route;

  constructor(...servers: string[]) {
    this.route = new Route(
      servers.map((server) => parseAddress(server, { use: 'dial', portRange: true }) as HostPorts),
      { resolve },
      async ({ host }) => {
        this.opened.push(host);
        if (this.closed.has(host)) throw new EngineError('socket-failed', `ENETUNREACH ${host}`);
        return this.line.dial();
      },
    );
  }

  /** Dials, and tells what became of it. @returns the address that was dialled */
  async dial(answered?: boolean): Promise<string> {
    const session = await this.route.dial();
    if (answered !== undefined) this.route.answered(session, answered);
    session.close();
    return this.opened.at(-1)!;
  }
}

describe('a route', () => {
  it('takes the first address of a name, the next after one that did not answer, and all anew after the last', async () => {
    const bench = new Bench('dual.example:29900');
    expect(await bench.dial(false)).toBe('192.0.2.1');
    expect(await bench.dial(false)).toBe('2001:db8::1');
    expect(await bench.dial(false)).toBe('192.0.2.1');
  });

  it('remembers what answered, also when that is silent once', async () => {
    const bench = new Bench('dual.example:29900');
    await bench.dial(false);
    expect(await bench.dial(true)).toBe('2001:db8::1');
    expect(await bench.dial(true)).toBe('2001:db8::1');
    expect(await bench.dial(false)).toBe('2001:db8::1');
    expect(await bench.dial(false)).toBe('192.0.2.1');
    expect(await bench.dial()).toBe('2001:db8::1');
  });

  it('goes on at once from an address that cannot be sent to', async () => {
    const bench = new Bench('dual.example:29900');
    bench.closed.add('192.0.2.1');
    expect(await bench.dial(true)).toBe('2001:db8::1');
    bench.closed.add('2001:db8::1');
    await expect(bench.dial()).rejects.toMatchObject({ code: 'socket-failed' });
    bench.closed.clear();
    expect(await bench.dial()).toBe('2001:db8::1');
  });

  it('goes through a list of servers, past names that do not resolve', async () => {
    const bench = new Bench('dual.example:29900', 'gone.example:1', 'six.example:4000-4999');
    expect([await bench.dial(false), await bench.dial(false), await bench.dial(false)]).toEqual([
      '192.0.2.1',
      '2001:db8::1',
      '2001:db8::6',
    ]);
    await expect(new Bench('gone.example:1').dial()).rejects.toMatchObject({ code: 'resolve-failed' });
  });

  it('does not hold the end of a session that nobody waits for any more against its address', async () => {
    const bench = new Bench('dual.example:29900');
    expect(await bench.dial()).toBe('192.0.2.1');
    expect(await bench.dial()).toBe('192.0.2.1');
  });
});

describe('a keeper with a route', () => {
  it('finds the address that answers after one dial that did not, and dials it first from then on', async () => {
    const bench = new Bench('dual.example:29900');
    const { world, line } = bench;
    line.cut();
    const keeper = new SessionKeeper({
      world,
      remote: 'dual.example:29900',
      dial: async (): Promise<Session> => {
        const session = await bench.route.dial();
        if (bench.opened.at(-1)!.includes(':')) line.mend();
        return session;
      },
      answered: bench.route.answered,
      autoExpireMs: 0,
      scavengeMs: 0,
      wanted: () => false,
      emit: () => {},
      onUsable: () => {},
    });
    keeper.start();
    const pass = async (ms: number): Promise<void> => {
      for (let passed = 0; passed < ms; passed += 50) {
        for (let i = 0; i < 12; i++) await Promise.resolve();
        world.advance(50);
      }
    };
    await pass(5500);
    expect(bench.opened).toEqual(['192.0.2.1', '2001:db8::1']);
    expect(keeper.snapshot().kind).toBe('up');
    keeper.redial();
    await pass(100);
    expect(bench.opened).toEqual(['192.0.2.1', '2001:db8::1', '2001:db8::1']);
    keeper.close();
    for (const session of line.sessions) session.close();
  });
});

it('the system’s names have their IPv4 addresses first', async () => {
  const found = await systemNetwork().resolve('localhost');
  expect(found[0]).toEqual({ address: '127.0.0.1', family: 4 });
  expect(await systemNetwork().resolve('::1')).toEqual([{ address: '::1', family: 6 }]);
  await expect(systemNetwork().resolve('nowhere.invalid')).rejects.toMatchObject({ code: 'resolve-failed' });
});
