import { expect, it } from 'vitest';
import { openConversations } from '../support/attacker.ts';
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
  await openConversations(server.port, 1, 10_000);
  await transfer(client.address, target, { up: MiB, down: MiB });
  // what is not collected yet is in it
  const { peak } = residentBytes(server.pid);
  expect(peak - before).toBeLessThan(64 * MiB);
  await server.until(
    'its memory to go down again',
    () => residentBytes(server.pid).now < 1.2 * before,
    60_000,
  );
  const { now } = residentBytes(server.pid);
  console.log(
    `RSS before ${(before / MiB).toFixed(1)} MiB, at most ${(peak / MiB).toFixed(1)}, then ${(now / MiB).toFixed(1)}`,
  );
});
