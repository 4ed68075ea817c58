import { describe, expect, it } from 'vitest';
import { CMD_PUSH } from '../../src-main/engine/kcp/segment.ts';
import { KEEPALIVE_TIMEOUT_MS } from '../../src-main/engine/session/context.ts';
import { Insider, openConversations, Strangers } from '../support/attacker.ts';
import { type Peer, startClient, startServer } from '../support/peers.ts';
import { residentBytes } from '../support/proc.ts';
import { transfer, TransferTarget } from '../support/traffic.ts';
import { capture } from './capture.ts';

const MiB = 1 << 20;
const inMiB = (bytes: number): string => (bytes / MiB).toFixed(1);

const COLLECTS_ON_SIGNAL = {
  NODE_OPTIONS: `--import ${new URL('../support/collect-on-signal.mjs', import.meta.url).href}`,
};

/** RSS once what is dead has been collected: else chance says how much of that is in it. */
async function residentWithoutGarbage(peer: Peer): Promise<number> {
  const from = peer.output.length;
  peer.kill('SIGUSR2');
  await peer.until('the collection', () => peer.output.indexOf('collected', from) >= 0);
  return residentBytes(peer.pid).now;
}

describe('a server under attack serves on', () => {
  it('with the key: tiny segments that wait for one that never comes, from 50 ports', async () => {
    await using target = await new TransferTarget().listen();
    await using server = await startServer('ours', { target: target.address });
    await using client = await startClient('ours', { remoteaddr: `127.0.0.1:${server.port}` });
    await transfer(client.address, target, { up: MiB, down: MiB });
    const before = residentBytes(server.pid).now;

    await using strangers = await Strangers.open(50, server.port);
    const insider = new Insider();
    const tiny = Buffer.from([1]);
    for (let i = 0; i < strangers.count; i++) await strangers.send(i, insider.opening(i + 1));
    for (let round = 0; round < 20; round++) {
      for (let i = 0; i < strangers.count; i++) {
        const segments = Array.from({ length: 50 }, (_, k) => ({
          conv: i + 1,
          cmd: CMD_PUSH,
          sn: 2 + 50 * round + k,
          data: tiny,
        }));
        await strangers.send(i, insider.seal(...segments));
      }
    }
    await transfer(client.address, target, { up: 4 * MiB, down: 4 * MiB });
    expect(residentBytes(server.pid).now - before).toBeLessThan(48 * MiB);
  });

  it('with the key: full segments, as many as the windows of 300 sessions hold', async () => {
    await using target = await new TransferTarget().listen();
    await using server = await startServer('ours', { target: target.address });
    await using client = await startClient('ours', { remoteaddr: `127.0.0.1:${server.port}` });
    await transfer(client.address, target, { up: 16 * MiB, down: 16 * MiB });
    const before = residentBytes(server.pid).now;

    await using strangers = await Strangers.open(300, server.port);
    const insider = new Insider();
    const data = Buffer.alloc(1300, 1);
    for (let i = 0; i < strangers.count; i++) await strangers.send(i, insider.opening(i + 1));
    for (let sn = 2; sn < 202; sn++) {
      for (let i = 0; i < strangers.count; i++)
        await strangers.send(i, insider.seal({ conv: i + 1, cmd: CMD_PUSH, sn, data }));
    }
    await transfer(client.address, target, { up: 4 * MiB, down: 4 * MiB });
    // and so does a newcomer
    await using another = await startClient('ours', { remoteaddr: `127.0.0.1:${server.port}` });
    await transfer(another.address, target, { up: 4 * MiB, down: 4 * MiB });
    expect(residentBytes(server.pid).peak).toBeLessThan(400 * MiB);
    await server.until(
      'its memory to go down again',
      () => residentBytes(server.pid).now < 1.2 * before,
      120_000,
    );
  });

  it('with the key: 1,000 sessions that say no more than their first datagram', async () => {
    await using target = await new TransferTarget().listen();
    await using server = await startServer('ours', { target: target.address }, COLLECTS_ON_SIGNAL);
    await using client = await startClient('ours', { remoteaddr: `127.0.0.1:${server.port}` });
    await transfer(client.address, target, { up: 16 * MiB, down: 16 * MiB });
    const cold = await residentWithoutGarbage(server);
    // V8 compiles what it runs for the first time, and takes megabytes for that
    await openConversations(server.port, 1, 1_000);
    await transfer(client.address, target, { up: 64, down: 64 });
    await new Promise((resolve) => setTimeout(resolve, KEEPALIVE_TIMEOUT_MS + 3_000));
    const before = await residentWithoutGarbage(server);
    await openConversations(server.port, 1_001, 2_000);
    await transfer(client.address, target, { up: 64, down: 64 });
    const each = ((await residentWithoutGarbage(server)) - before) / 1_000;
    console.log(
      `${Math.round(each)} bytes of RSS each; ${inMiB(cold)} MiB before, ${inMiB(before)} after the first`,
    );
    expect(each).toBeLessThan(8192);
    expect(before).toBeLessThan(1.2 * cold);
  });

  it('without the key: a request that was seen on the way, again and again from 280 ports', async () => {
    await using target = await new TransferTarget().listen();
    await using server = await startServer('ours', { target: target.address });
    await using client = await startClient('ours', { remoteaddr: `127.0.0.1:${server.port}` });
    const request = await capture(server, target, 4);

    await using strangers = await Strangers.open(280, server.port);
    for (let i = 0; i < strangers.count; i++) {
      for (const datagram of request) await strangers.send(i, datagram);
    }
    await transfer(client.address, target, { up: 4 * MiB, down: 4 * MiB });
    await using another = await startClient('ours', { remoteaddr: `127.0.0.1:${server.port}` });
    await transfer(another.address, target, { up: 4 * MiB, down: 4 * MiB });
    expect(residentBytes(server.pid).peak).toBeLessThan(400 * MiB);
  });
});
