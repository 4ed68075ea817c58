import { describe, expect, it } from 'vitest';
import { zeroCounters } from '../../shared/counters.ts';
import { type ClientOptions, defaultOptions } from '../../shared/options.ts';
import { CMD_PUSH } from '../../src-main/engine/kcp/segment.ts';
import { engineContext } from '../../src-main/engine/session/context.ts';
import { dial } from '../../src-main/engine/session/dial.ts';
import { listen } from '../../src-main/engine/session/listen.ts';
import type { KcpSession } from '../../src-main/engine/session/session.ts';
import { datagramOf } from '../support/segments.ts';
import { PERFECT, Simulation } from '../support/simulation.ts';
import { SimulatedNetwork } from '../support/simulated-network.ts';

const PORT = 29900;
const REMOTE = { host: '10.0.0.2', minPort: PORT, maxPort: PORT };

/** Clients that each fetch so many bytes over a line with a long way, all at once; both ends share one thread's memory. */
async function fetchAll(clients: number, bytes: number, options: Partial<ClientOptions>) {
  const world = new Simulation(1);
  const network = new SimulatedNetwork(world, { ...PERFECT, delay: 150 });
  network.addressOf = (port) => `10.0.${port >> 8}.${port & 255}`;
  const make = (side: 'client' | 'server') =>
    engineContext(
      { ...defaultOptions(side), nocomp: true, crypt: 'null', ...options },
      world,
      zeroCounters(),
    );
  const [ours, theirs] = [make('server'), make('client')];
  const { pages } = ours.pool.kernel;
  const used = pages.used;
  const answer = Buffer.alloc(bytes, 7);
  const listening = await listen(ours, { ...REMOTE, host: '' }, network, (session) => {
    session.onStream = (stream) => {
      stream.write(answer);
      stream.end();
    };
  });
  const sessions: KcpSession[] = [];
  const received: number[] = [];
  let most = 0;
  for (let i = 0; i < clients; i++) {
    const session = await dial(theirs, REMOTE, network);
    sessions.push(session);
    received.push(0);
    const stream = session.mux.open();
    stream.onData = (chunk) => {
      received[i] += chunk.length;
      most = Math.max(most, pages.used);
      stream.consumed(chunk.length);
    };
  }
  const all = () => received.every((n) => n === bytes);
  await world.run(600_000, all);
  const served = received.filter((n) => n === bytes).length;
  for (const session of sessions) session.close();
  listening.close();
  expect(pages.used).toBe(used);
  return { served, most, seconds: world.now() / 1000, size: pages.size };
}

describe('honest sessions with full windows are served', () => {
  const windows = { sndwnd: 2048, rcvwnd: 2048 };

  it('45 of them', async () => {
    const { served } = await fetchAll(45, 3 << 20, windows);
    expect(served).toBe(45);
  });

  it('and 1,000, if more slowly', async () => {
    const { served, most, size, seconds } = await fetchAll(1_000, 1 << 18, windows);
    expect(served).toBe(1_000);
    expect(most).toBeLessThanOrEqual(size);
    expect(seconds).toBeLessThan(120);
  });
});

it('a server that has seen very many sessions takes as many as before', async () => {
  const world = new Simulation(1);
  const network = new SimulatedNetwork(world);
  const context = engineContext({ ...defaultOptions('server'), crypt: 'null' }, world, zeroCounters());
  const { pages } = context.pool.kernel;
  const used = pages.used;
  const listening = await listen(context, { ...REMOTE, host: '' }, network, () => {});
  const theirs = engineContext({ ...defaultOptions('client'), crypt: 'null' }, world, zeroCounters());
  /** Sessions by the thousand, then honest ones. @returns how many of those are served */
  const open = async (): Promise<number> => {
    for (let i = 0; i < 13_879; i++) {
      network.inject(i, PORT, datagramOf({ conv: i + 1, cmd: CMD_PUSH, data: Buffer.alloc(0) }));
      if (i % 64 === 0) world.runSync(1);
    }
    const honest: KcpSession[] = [];
    for (let i = 0; i < 200; i++) honest.push(await dial(theirs, REMOTE, network));
    await world.run(2_000);
    const served = context.counters.CurrEstab;
    for (const session of honest) session.close();
    await world.run(120_000);
    expect(context.counters.CurrEstab).toBe(0);
    expect(pages.used).toBe(used);
    return served;
  };
  expect(await open()).toBe(200);
  expect(await open()).toBe(200);
  listening.close();
});
