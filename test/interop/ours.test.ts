import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { oursIsStoodIn, startClient, startServer, Tunnel } from '../support/peers.ts';
import { boundPorts } from '../support/proc.ts';
import { Relay } from '../support/relay.ts';
import { open, transfer, TransferTarget } from '../support/traffic.ts';
import { until } from '../support/until.ts';

const MiB = 1 << 20;

/** The first of `count` neighbouring UDP ports that are free now. */
async function freeRange(count: number): Promise<number> {
  for (let first = 20_000 + (process.pid % 10_000); first < 60_000; first += count) {
    const sockets = Array.from({ length: count }, () => createSocket('udp4'));
    const bound = await Promise.allSettled(
      sockets.map((socket, i) => {
        const listening = once(socket, 'listening');
        socket.bind(first + i, '127.0.0.1');
        return listening;
      }),
    );
    await Promise.all(sockets.map((socket) => new Promise<void>((resolve) => socket.close(resolve))));
    if (bound.every(({ status }) => status === 'fulfilled')) return first;
  }
  throw new Error(`no ${count} neighbouring ports are free`);
}

/** What the newest release has and 20210922 has not; ours at both ends. */
describe.skipIf(oursIsStoodIn)('ours against ours', () => {
  it('listens on a port range and dials into it', async () => {
    const first = await freeRange(5);
    const range = `127.0.0.1:${first}-${first + 4}`;
    await using target = await new TransferTarget().listen();
    await using server = await startServer('ours', { listen: range, target: target.address });
    expect(boundPorts(server.pid, 'udp')).toEqual([0, 1, 2, 3, 4].map((i) => first + i));
    await using client = await startClient('ours', { remoteaddr: range, conn: 8 });
    await Promise.all(
      Array.from({ length: 16 }, () => transfer(client.address, target, { up: MiB, down: MiB })),
    );
  });

  it('speaks through unix sockets at both ends', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kcptun-'));
    try {
      await using target = await new TransferTarget().listen(join(folder, 'target'));
      await using tunnel = await Tunnel.open({
        client: 'ours',
        server: 'ours',
        target: target.address,
        clientFlags: { localaddr: join(folder, 'local') },
      });
      expect(tunnel.client.address).toBe(join(folder, 'local'));
      await transfer(tunnel.client.address, target, { up: MiB, down: MiB });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('keeps conn sessions and spreads streams over them', async () => {
    await using target = await new TransferTarget().listen();
    await using server = await startServer('ours', { target: target.address });
    await using relay = await Relay.open(server.port);
    await using client = await startClient('ours', { remoteaddr: `127.0.0.1:${relay.port}`, conn: 4 });
    await Promise.all(
      Array.from({ length: 12 }, () => transfer(client.address, target, { up: MiB, down: MiB })),
    );
    expect(relay.clients).toBe(4);
  });

  it('replaces sessions by autoexpire under load and ends their old streams by scavengettl', async () => {
    await using target = await new TransferTarget().listen();
    await using server = await startServer('ours', { target: target.address, closewait: 0 });
    await using relay = await Relay.open(server.port);
    await using client = await startClient('ours', {
      remoteaddr: `127.0.0.1:${relay.port}`,
      autoexpire: 5,
      scavengettl: 3,
    });
    const start = performance.now();
    const elapsed = () => performance.now() - start;
    const lingering = await open(client.address);
    lingering.on('error', () => {}).resume();
    const ended = once(lingering, 'close').then(elapsed);
    const lanes = Array.from({ length: 4 }, async () => {
      let transfers = 0;
      for (; elapsed() < 16_000; transfers++)
        await transfer(client.address, target, { up: MiB / 4, down: MiB / 4, timeout: 3000 });
      return transfers;
    });
    for (const transfers of await Promise.all(lanes)) expect(transfers).toBeGreaterThan(10);
    expect(relay.clients).toBeGreaterThanOrEqual(3);
    // expired at 5 s, tolerated for 3 s more, looked at every few seconds
    const end = await ended;
    expect(end).toBeGreaterThan(7_900);
    expect(end).toBeLessThan(15_000);
  });

  it('ends both sides when the target ends, after closewait', async () => {
    await using target = await new TransferTarget().listen();
    await using tunnel = await Tunnel.open({
      client: 'ours',
      server: 'ours',
      target: target.address,
      serverFlags: { closewait: 1 },
    });
    const socket = await open(tunnel.client.address);
    socket.resume();
    await until('the target to be connected', () => target.connections === 1);
    const start = performance.now();
    const closed = once(socket, 'close');
    target.hangUp();
    await closed;
    const seconds = (performance.now() - start) / 1000;
    expect(seconds).toBeGreaterThan(0.9);
    expect(seconds).toBeLessThan(3);
  });

  for (const limited of ['client', 'server'] as const)
    it(`holds the ${limited}'s ratelimit of 1 MB/s within 10 %`, async () => {
      const up = limited === 'client';
      await using target = await new TransferTarget().listen();
      await using server = await startServer('ours', {
        target: target.address,
        ratelimit: up ? 0 : 1_000_000,
      });
      await using relay = await Relay.open(server.port);
      await using client = await startClient('ours', {
        remoteaddr: `127.0.0.1:${relay.port}`,
        ratelimit: up ? 1_000_000 : 0,
      });
      let bytes = 0;
      relay.tap = (direction, datagram) => {
        if ((direction === 'up') === up) bytes += datagram.length;
      };
      // random data, which compression does not help, for longer than is measured
      const moving = transfer(client.address, target, { up: up ? 7e6 : 0, down: up ? 0 : 7e6 });
      await new Promise((resolve) => setTimeout(resolve, 1000));
      const [bytesBefore, before] = [bytes, performance.now()];
      await new Promise((resolve) => setTimeout(resolve, 4000));
      const rate = ((bytes - bytesBefore) / (performance.now() - before)) * 1000;
      await moving;
      expect(rate).toBeGreaterThan(900_000);
      expect(rate).toBeLessThan(1_100_000);
    });
});
