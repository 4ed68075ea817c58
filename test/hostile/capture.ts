import type { Peer } from '../support/peers.ts';
import { startClient } from '../support/peers.ts';
import { Relay } from '../support/relay.ts';
import { transfer, type TransferTarget } from '../support/traffic.ts';

/** What a client says first when it asks a server for much, as somebody on the way sees it. */
export async function capture(server: Peer, target: TransferTarget, datagrams: number): Promise<Buffer[]> {
  await using relay = await Relay.open(server.port);
  const seen: Buffer[] = [];
  relay.tap = (direction, datagram) => {
    if (direction === 'up' && seen.length < datagrams) seen.push(Buffer.from(datagram));
  };
  await using client = await startClient('ours', { remoteaddr: `127.0.0.1:${relay.port}` });
  await transfer(client.address, target, { up: 0, down: 4 << 20 });
  if (seen.length < datagrams) throw new Error(`${seen.length} datagrams seen, ${datagrams} wanted`);
  return seen;
}
