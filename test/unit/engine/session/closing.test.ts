import { describe, expect, it } from 'vitest';
import { zeroCounters } from '../../../../shared/counters.ts';
import { defaultOptions } from '../../../../shared/options.ts';
import { CMD_PUSH } from '../../../../src-main/engine/kcp/segment.ts';
import { Arena } from '../../../../src-main/engine/kernel/kernel.ts';
import { engineContext } from '../../../../src-main/engine/session/context.ts';
import { listen } from '../../../../src-main/engine/session/listen.ts';
import type { KcpSession } from '../../../../src-main/engine/session/session.ts';
import { IDENTIFIER, NOP, RawPeer, SYN } from '../../../support/raw-peer.ts';
import { datagramOf } from '../../../support/segments.ts';
import { Simulation } from '../../../support/simulation.ts';
import { SimulatedNetwork } from '../../../support/simulated-network.ts';

const PORT = 29900;
const NONSENSE = new Uint8Array(40).fill(0x77);

/** A server that a test writes datagrams to, with one session that has proved itself. */
async function server(options: { nocomp: boolean }) {
  const world = new Simulation(1);
  const network = new SimulatedNetwork(world);
  const counters = zeroCounters();
  const context = engineContext({ ...defaultOptions('server'), crypt: 'null', ...options }, world, counters);
  const ended: string[] = [];
  const sessions: KcpSession[] = [];
  const listening = await listen(context, { host: '', minPort: PORT, maxPort: PORT }, network, (session) => {
    sessions.push(session);
    session.onClose = (reason) => ended.push(`${session.conv} ${reason.code}`);
  });
  const { arena } = context.pool.kernel;
  const peer = new RawPeer(network, 50_000, PORT);
  const first = options.nocomp ? NOP : IDENTIFIER;
  peer.send({ conv: 1, cmd: CMD_PUSH, data: first });
  await world.run(50);
  peer.answer(1);
  await world.run(50);
  expect(counters.CurrEstab).toBe(1);

  const freed: number[] = [];
  const free = arena.free.bind(arena);
  arena.free = (offset) => {
    freed.push(offset);
    free(offset);
  };
  const restore = (): void => void delete (arena as Partial<Arena>).free;
  return { world, counters, ended, listening, peer, first, sessions, freed, restore };
}

describe('a session that ends while it hands on what has come', () => {
  it.each([
    { nocomp: false, code: 'snappy-corrupt' },
    { nocomp: true, code: 'smux-version' },
  ])('ends once: nonsense and a new conversation in one batch, %j', async ({ nocomp, code }) => {
    const { world, counters, ended, listening, peer, first, freed, restore } = await server({ nocomp });
    peer.raw(
      datagramOf({ conv: 1, cmd: CMD_PUSH, sn: 1, data: NONSENSE }),
      datagramOf({ conv: 2, cmd: CMD_PUSH, data: first }),
    );
    await world.run(50);
    peer.answer(2);
    await world.run(50);
    restore();
    expect(ended).toEqual([`1 ${code}`]);
    expect(counters.CurrEstab).toBe(1);
    expect(freed).toHaveLength(new Set(freed).size);
    listening.close();
    expect(ended).toEqual([`1 ${code}`, '2 closed']);
    expect(counters.CurrEstab).toBe(0);
    await world.run(60_000);
    expect(world.pending).toBe(0);
  });

  it('ends once: by whoever is given its bytes, and by what follows them', async () => {
    const { world, counters, ended, listening, peer, sessions, freed, restore } = await server({
      nocomp: true,
    });
    const [session] = sessions;
    session.onStream = () => session.close();
    const data = Buffer.concat([SYN, NONSENSE]);
    peer.send({ conv: 1, cmd: CMD_PUSH, sn: 1, data });
    await world.run(50);
    restore();
    expect(ended).toEqual(['1 closed']);
    expect(counters.CurrEstab).toBe(0);
    expect(freed).toHaveLength(new Set(freed).size);
    listening.close();
    await world.run(60_000);
    expect(world.pending).toBe(0);
  });
});

describe('the arena', () => {
  it('takes a block back only from whoever holds it', () => {
    const arena = new Arena(0, 4096);
    const block = arena.alloc(100);
    arena.free(block);
    expect(() => arena.free(block)).toThrow(`${block} is not held`);
    expect(arena.alloc(100)).toBe(block);
    expect(arena.alloc(100)).not.toBe(block);
    expect(() => arena.free(7)).toThrow('7 is not held');
  });
});
