import { describe, expect, it } from 'vitest';
import { CMD_PUSH } from '../../src-main/engine/kcp/segment.ts';
import { Insider, Strangers } from '../support/attacker.ts';
import { startClient, startServer } from '../support/peers.ts';
import { residentBytes } from '../support/proc.ts';
import { transfer, TransferTarget } from '../support/traffic.ts';
import { capture } from './capture.ts';

const MiB = 1 << 20;

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
    await transfer(client.address, target, { up: MiB, down: MiB });

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
