import { describe, expect, it } from 'vitest';
import { debianIsHere, type Kind, Tunnel } from '../support/peers.ts';
import { transfer, TransferTarget } from '../support/traffic.ts';

const MiB = 1 << 20;
/** The rest of the bad line: 100 ms round trip, and everything a real one does. */
const BAD = { delay: 50, jitter: 10, duplicate: 0.02, reorder: 0.05 };
const flags = { mode: 'fast3', sndwnd: 1024, rcvwnd: 1024, smuxver: 2 };

const pairs: { client: Kind; server: Kind }[] = [
  { client: 'ours', server: 'debian' },
  { client: 'debian', server: 'ours' },
];

describe.skipIf(!debianIsHere)('8 MiB each way over a bad line', () => {
  for (const pair of pairs)
    for (const loss of [0.01, 0.05, 0.1, 0.3])
      it(`${pair.client} client, ${pair.server} server, ${loss * 100} % loss`, async () => {
        await using target = await new TransferTarget().listen();
        await using tunnel = await Tunnel.open({
          ...pair,
          target: target.address,
          flags,
          line: { ...BAD, loss },
        });
        await expect(
          transfer(tunnel.client.address, target, { up: 8 * MiB, down: 8 * MiB, timeout: 100_000 }),
        ).resolves.toBeGreaterThan(0);
      });
});

describe('a line that is cut', () => {
  it('carries on where it was when the line is mended', async () => {
    await using target = await new TransferTarget().listen();
    await using tunnel = await Tunnel.open({
      client: 'ours',
      server: 'ours',
      target: target.address,
      flags,
      line: { delay: 20, rate: 1e6 },
    });
    const moving = transfer(tunnel.client.address, target, { up: 2 * MiB, down: 2 * MiB });
    await new Promise((resolve) => setTimeout(resolve, 500));
    await tunnel.relay?.cut(true);
    await new Promise((resolve) => setTimeout(resolve, 3000));
    await tunnel.relay?.cut(false);
    await expect(moving).resolves.toBeGreaterThan(3.5);
  });
});
