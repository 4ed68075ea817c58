import { type Kind, Tunnel } from '../support/peers.ts';
import { transfer, TransferTarget } from '../support/traffic.ts';

/** Goodput over the lossy relay, Mbit/s. */
export interface Goodput {
  up: number;
  down: number;
}

export const LOSSES = [0.01, 0.05, 0.1, 0.2, 0.3];
export const LOSSY_PAIRS: { client: Kind; server: Kind }[] = [
  { client: 'debian', server: 'debian' },
  { client: 'ours', server: 'debian' },
  { client: 'debian', server: 'ours' },
];

/** So much that one run tells two or three per cent: runs of 8 MiB differ by five. */
const BYTES = 24 << 20;

/** BYTES up, then as many down, over 100 ms of round trip with jitter, duplicates and reordering; checked. */
export async function measureLossy(
  pair: { client: Kind; server: Kind },
  loss: number,
  seed: number,
): Promise<Goodput> {
  await using target = await new TransferTarget().listen();
  await using tunnel = await Tunnel.open({
    ...pair,
    target: target.address,
    flags: { mode: 'fast3', sndwnd: 1024, rcvwnd: 1024, smuxver: 1, quiet: true },
    line: { loss, delay: 50, jitter: 10, duplicate: 0.02, reorder: 0.05 },
    seed,
  });
  const rate = async (up: number, down: number) =>
    (BYTES * 8) /
    1e6 /
    (await transfer(tunnel.client.address, target, { up, down, content: 'random', timeout: 600_000 }));
  return { up: await rate(BYTES, 0), down: await rate(0, BYTES) };
}
