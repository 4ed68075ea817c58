import { afterEach, describe, expect, it } from 'vitest';
import { zeroCounters } from '../../../../shared/counters.ts';
import { defaultOptions } from '../../../../shared/options.ts';
import { PacketBatch } from '../../../../src-main/engine/kernel/batch.ts';
import { KcpSession } from '../../../../src-main/engine/session/session.ts';
import { engineContext } from '../../../../src-main/engine/session/context.ts';
import type { Channel } from '../../../../src-main/engine/session/uplink.ts';
import { Simulation } from '../../../support/simulation.ts';

const CONV = 0x1234;
const DELAY_MS = 20;

/** A client and a server that can be replaced by one that knows nothing, as kcp-go's is when it is started again. */
class Line {
  readonly world = new Simulation(3);
  readonly client: KcpSession;
  #server: KcpSession;
  readonly #config;
  readonly #batch: PacketBatch;

  constructor(options: { nocomp?: boolean; datashard?: number } = {}) {
    this.#config = engineContext({ ...defaultOptions('client'), ...options }, this.world, zeroCounters());
    this.#batch = new PacketBatch(this.#config.pool.kernel, 1);
    this.client = new KcpSession(
      'client',
      CONV,
      this.#config,
      this.#channel(() => this.#server),
    );
    this.#server = this.#newServer();
    this.client.probe();
  }

  restart(): void {
    const old = this.#server;
    this.#server = this.#newServer();
    old.close();
  }

  close(): void {
    this.client.close();
    this.#server.close();
    this.#batch.dispose();
  }

  #newServer(): KcpSession {
    return new KcpSession(
      'server',
      CONV,
      this.#config,
      this.#channel(() => this.client),
    );
  }

  #channel(to: () => KcpSession): Channel {
    return {
      remote: 'there',
      writable: true,
      receive: () => {},
      send: (batch) => {
        for (let i = 0; i < batch.count; i++) {
          const datagram = batch.kernel.bytes.slice(batch.offsets[i], batch.offsets[i] + batch.lengths[i]);
          this.world.after(DELAY_MS, () => this.#deliver(datagram, to()));
        }
        return true;
      },
      close: () => {},
    };
  }

  #deliver(datagram: Uint8Array, to: KcpSession): void {
    const batch = this.#batch;
    const { crypt, pool } = this.#config;
    batch.clear();
    pool.kernel.bytes.set(datagram, batch.next);
    batch.push(datagram.length);
    crypt.open(batch);
    to.input(batch, 0, 1);
    to.schedule();
  }
}

const lines: Line[] = [];
afterEach(() => {
  for (const line of lines.splice(0)) line.close();
});
const open = (options?: ConstructorParameters<typeof Line>[0]): Line => {
  const line = new Line(options);
  lines.push(line);
  return line;
};

describe('a peer that was started again', () => {
  it.each([{}, { nocomp: true, datashard: 0 }])(
    'acknowledges, and is not taken for heard: %j',
    async (options) => {
      const line = open(options);
      const { world, client } = line;
      await world.run(60_000);
      expect(client.snapshot()).toMatchObject({ state: 'up', troubles: [] });
      line.restart();
      // what is still in the air comes from the old one
      await world.run(100);

      client.mux.open();
      await world.run(1_500);
      const { heardAgo, inFlight } = client.snapshot();
      expect(inFlight).toBe(0);
      expect(heardAgo).toBeGreaterThanOrEqual(1_500);
      client.mux.open();
      await world.run(5_000);
      expect(client.snapshot().troubles).toContain('nothing-heard');
    },
  );

  it('is not seen in one that is only idle', async () => {
    const { world, client } = open();
    for (let i = 0; i < 30; i++) {
      await world.run(5_000);
      expect(client.snapshot().troubles).toEqual([]);
    }
    client.mux.open();
    await world.run(100);
    expect(client.snapshot().heardAgo).toBeLessThan(100);
  });
});
