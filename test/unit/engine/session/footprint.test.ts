import { expect, it } from 'vitest';
import { zeroCounters } from '../../../../shared/counters.ts';
import { defaultOptions } from '../../../../shared/options.ts';
import { CMD_PUSH } from '../../../../src-main/engine/kcp/segment.ts';
import { PacketBatch } from '../../../../src-main/engine/kernel/batch.ts';
import { type EngineContext, engineContext } from '../../../../src-main/engine/session/context.ts';
import { listen } from '../../../../src-main/engine/session/listen.ts';
import type {
  DatagramSocket,
  Peer,
  SocketOwner,
} from '../../../../src-main/engine/transport/datagram-socket.ts';
import type { Network, ResolvedHost } from '../../../../src-main/engine/transport/network.ts';
import { collect } from '../../../support/collect.ts';
import { datagramOf } from '../../../support/segments.ts';
import { Simulation } from '../../../support/simulation.ts';

/** Bytes of V8's heap and of the buffers beside it. */
function inUse(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** A socket that is given one datagram after the other, each from a port of its own, and keeps nothing. */
class Mouth implements Network {
  owner!: SocketOwner;
  #batch!: PacketBatch;
  #shown = true;
  #port = 0;

  constructor(private readonly context: EngineContext) {}

  async resolve(address: string): Promise<ResolvedHost[]> {
    return [{ address, family: 4 }];
  }

  async open(_options: unknown, _pool: unknown, owner: SocketOwner): Promise<DatagramSocket> {
    this.owner = owner;
    this.#batch = new PacketBatch(this.context.pool.kernel, 1);
    return {
      kind: 'mouth',
      localPort: 29900,
      writable: true,
      receive: () => {
        if (this.#shown) return undefined;
        this.#shown = true;
        return this.#batch;
      },
      peer: (): Peer => ({ key: String(this.#port), address: `10.0.${this.#port >> 8}.1`, port: this.#port }),
      send: () => true,
      close: () => this.#batch.dispose(),
    };
  }

  /** Sealed, and from the next port. */
  take(datagram: Uint8Array): void {
    const { crypt, pool } = this.context;
    const batch = this.#batch;
    batch.clear();
    pool.kernel.bytes.set(datagram, batch.next + crypt.head);
    batch.push(crypt.head + datagram.length + crypt.tail);
    crypt.seal(batch);
    this.#port++;
    this.#shown = false;
    this.owner.readable(true);
  }
}

it('a session that has received one datagram of 44 bytes costs less than 8 KB, all in all', async () => {
  const world = new Simulation(1);
  const context = engineContext(defaultOptions('server'), world, zeroCounters());
  const { pages } = context.pool.kernel;
  const mouth = new Mouth(context);
  let sessions = 0;
  const listening = await listen(
    context,
    { host: '', minPort: 29900, maxPort: 29900 },
    mouth,
    () => void sessions++,
  );
  const open = (count: number): void => {
    for (let i = 0; i < count; i++) {
      mouth.take(datagramOf({ conv: sessions + 1, cmd: CMD_PUSH }));
      world.runSync(0);
    }
    // the ACK is sent, and the timers are set
    world.runSync(200);
  };
  open(200);
  const before = inUse() + pages.used;
  open(800);
  const each = (inUse() + pages.used - before) / 800;
  expect(sessions).toBe(1_000);
  expect(context.counters.OutPkts).toBeGreaterThan(100);
  expect(each).toBeLessThan(8192);
  listening.close();
});
