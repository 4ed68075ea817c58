import { expect, it } from 'vitest';
import { Insider, Strangers } from '../support/attacker.ts';
import { startClient, startServer } from '../support/peers.ts';
import { residentBytes } from '../support/proc.ts';
import { transfer, TransferTarget } from '../support/traffic.ts';

const MiB = 1 << 20;

it('a server is after 10,000 openings what it was before', async () => {
  await using target = await new TransferTarget().listen();
  await using server = await startServer('ours', { target: target.address });
  await using client = await startClient('ours', { remoteaddr: `127.0.0.1:${server.port}` });
  await transfer(client.address, target, { up: 16 * MiB, down: 16 * MiB });
  const before = residentBytes(server.pid).now;
  const insider = new Insider();
  for (let from = 0; from < 10_000; from += 1_000) {
    await using strangers = await Strangers.open(1_000, server.port);
    for (let i = 0; i < strangers.count; i++) await strangers.send(i, insider.opening(from + i + 1));
  }
  await transfer(client.address, target, { up: MiB, down: MiB });
  // what is not collected yet is in it
  expect(residentBytes(server.pid).peak - before).toBeLessThan(128 * MiB);
  await server.until(
    'its memory to go down again',
    () => residentBytes(server.pid).now < 1.2 * before,
    60_000,
  );
});
