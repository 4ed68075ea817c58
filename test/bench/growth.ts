import { type Flags, type Kind, Tunnel } from '../support/peers.ts';
import { cpuSeconds, residentBytes } from '../support/proc.ts';
import { transfer, TransferTarget } from '../support/traffic.ts';

/** How the client's cost grows with what it has to keep track of. */
export interface Load {
  name: string;
  streams: number;
  window: number;
}

export const LOADS: Load[] = [
  ...[1, 10, 100, 1000].map((streams) => ({ name: `${streams} streams`, streams, window: 2048 })),
  ...[128, 512, 2048, 8192].map((window) => ({ name: `window ${window}`, streams: 1, window })),
];

const BYTES = 192 << 20;

/** Client CPU seconds per 10^9 bytes, up and down, all streams at once, and its peak memory in MB; every digest is compared. */
export async function measureGrowth(client: Kind, { streams, window }: Load) {
  await using target = await new TransferTarget().listen();
  const flags: Flags = {
    mode: 'fast3',
    sndwnd: window,
    rcvwnd: window,
    smuxver: 1,
    quiet: true,
    nocomp: true,
  };
  await using tunnel = await Tunnel.open({ client, server: 'debian', target: target.address, flags });
  const cost = async (up: number, down: number) => {
    const before = cpuSeconds(tunnel.client.pid);
    await Promise.all(
      Array.from({ length: streams }, () =>
        transfer(tunnel.client.address, target, {
          up: Math.floor(up / streams),
          down: Math.floor(down / streams),
          timeout: 600_000,
        }),
      ),
    );
    return (cpuSeconds(tunnel.client.pid) - before) / (BYTES / 1e9);
  };
  // as much before it: the compiler goes by turns, and with small windows there are few of them in a second
  await cost(BYTES, BYTES);
  return {
    up: await cost(BYTES, 0),
    down: await cost(0, BYTES),
    rss: residentBytes(tunnel.client.pid).peak / 1e6,
  };
}
