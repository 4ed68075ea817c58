import { describe, expect, it } from 'vitest';
import { zeroCounters } from '../../../../shared/counters.ts';
import { defaultOptions } from '../../../../shared/options.ts';
import { CMD_PUSH } from '../../../../src-main/engine/kcp/segment.ts';
import { Arena } from '../../../../src-main/engine/kernel/kernel.ts';
import { engineContext } from '../../../../src-main/engine/session/context.ts';
import { listen } from '../../../../src-main/engine/session/listen.ts';
import { datagramOf } from '../../../support/segments.ts';
import { Simulation } from '../../../support/simulation.ts';
import { SimulatedNetwork } from '../../../support/simulated-network.ts';

const PORT = 29900;
const STRANGER = 50_000;
const NONSENSE = new Uint8Array(40).fill(0x77);
const NOP = Uint8Array.of(2, 3, 0, 0, 0, 0, 0, 0);

/** A server that a test writes datagrams to. */
async function server(options: { nocomp: boolean }) {
  const world = new Simulation(1);
  const network = new SimulatedNetwork(world);
  const counters = zeroCounters();
  const config = engineContext({ ...defaultOptions('server'), crypt: 'null', ...options }, world, counters);
  const ended: string[] = [];
  const listening = await listen(config, { host: '', minPort: PORT, maxPort: PORT }, network, (session) => {
    session.onClose = (reason) => ended.push(`${session.conv} ${reason.code}`);
  });
  const { arena } = config.pool.kernel;
  return { world, network, counters, ended, listening, arena };
}

describe('a session that ends while it hands on what has come', () => {
  it.each([{ nocomp: false }, { nocomp: true }])(
    'ends once: nonsense and a new conversation in one batch, %j',
    async (options) => {
      const { world, network, counters, ended, listening, arena } = await server(options);
      const first = options.nocomp ? NOP : Uint8Array.from([0xff, 6, 0, 0, ...Buffer.from('sNaPpY')]);
      network.inject(STRANGER, PORT, datagramOf({ conv: 1, cmd: CMD_PUSH, data: first }));
      await world.run(100);
      expect(counters.CurrEstab).toBe(1);

      const freed: number[] = [];
      const free = arena.free.bind(arena);
      arena.free = (offset) => {
        freed.push(offset);
        free(offset);
      };
      network.inject(
        STRANGER,
        PORT,
        datagramOf({ conv: 1, cmd: CMD_PUSH, sn: 1, data: NONSENSE }),
        datagramOf({ conv: 2, cmd: CMD_PUSH, data: first }),
      );
      await world.run(1);
      delete (arena as Partial<Arena>).free;

      expect(ended).toEqual(['1 peer-closed']);
      expect(counters.CurrEstab).toBe(1);
      expect(freed).toHaveLength(new Set(freed).size);
      listening.close();
      expect(ended).toEqual(['1 peer-closed', '2 closed']);
      expect(counters.CurrEstab).toBe(0);
      await world.run(60_000);
      expect(world.pending).toBe(0);
    },
  );
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
