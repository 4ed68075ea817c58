import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import {
  debianIsHere,
  type Flags,
  type Kind,
  oursIsStoodIn,
  startClient,
  startServer,
} from '../support/peers.ts';
import { residentBytes } from '../support/proc.ts';
import { seededRandom } from '../support/random.ts';
import { type Direction, Relay } from '../support/relay.ts';
import { transfer, TransferTarget } from '../support/traffic.ts';

const MiB = 1 << 20;
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Random datagrams of every length a socket takes, from a stranger's address. */
async function flood(port: number, count: number): Promise<void> {
  const socket = createSocket('udp4');
  const noise = randomBytes(64 * 1024);
  const random = seededRandom(count);
  socket.on('error', () => {});
  for (let sent = 0; sent < count; sent++) {
    const length = Math.floor(random() * 1600);
    const from = Math.floor(random() * (noise.length - length));
    socket.send(noise, from, length, port, '127.0.0.1');
    if (sent % 20 === 19) await turn();
  }
  socket.close();
  await once(socket, 'close');
}

type Forgery = (real: Buffer, below: (limit: number) => number) => Buffer;
const FORGERIES: Record<string, Forgery> = {
  noise: (_real, below) => randomBytes(below(1500)),
  truncated: (real, below) => real.subarray(0, below(real.length)),
  flipped: (real, below) => {
    const flipped = Buffer.from(real);
    flipped[below(flipped.length)] ^= 1 << below(8);
    return flipped;
  },
  replayed: (real) => real,
};

/** Sends forgeries of the session's recent datagrams to both ends, from the addresses they trust. */
async function forge(
  relay: Relay,
  recent: Record<Direction, Buffer[]>,
  forgeries: Forgery[],
  count: number,
): Promise<void> {
  const random = seededRandom(count);
  const below = (limit: number) => Math.floor(random() * limit);
  for (let sent = 0; sent < count; sent++) {
    const direction = random() < 0.5 ? 'up' : 'down';
    const real = recent[direction][below(recent[direction].length)];
    relay.inject(direction, forgeries[sent % forgeries.length](real, below));
    if (sent % 20 === 19) await turn();
  }
}

interface Attack {
  client: Kind;
  server: Kind;
  flags: Flags;
  forgeries?: Forgery[];
}

const attacks: Attack[] = [
  { client: 'ours', server: 'debian', flags: { crypt: 'aes' } },
  { client: 'debian', server: 'ours', flags: { crypt: 'aes' } },
  { client: 'ours', server: 'ours', flags: { crypt: 'none', datashard: 0, parityshard: 0 } },
];
if (!oursIsStoodIn)
  attacks.push(
    { client: 'ours', server: 'ours', flags: { crypt: 'aes-128-gcm' } },
    // without a checksum a flipped bit is the peer's own word: only what cannot be meant is harmless
    {
      client: 'ours',
      server: 'ours',
      flags: { crypt: 'null' },
      forgeries: [FORGERIES.noise, FORGERIES.replayed],
    },
  );

describe.skipIf(!debianIsHere)('50,000 datagrams of garbage, and forged real ones, during a transfer', () => {
  for (const { client: clientKind, server: serverKind, flags, forgeries } of attacks)
    it(`${clientKind} client, ${serverKind} server, ${JSON.stringify(flags)}`, async () => {
      await using target = await new TransferTarget().listen();
      await using server = await startServer(serverKind, { ...flags, target: target.address });
      await using relay = await Relay.open(server.port);
      await using client = await startClient(clientKind, {
        ...flags,
        remoteaddr: `127.0.0.1:${relay.port}`,
      });
      const recent: Record<Direction, Buffer[]> = { up: [], down: [] };
      relay.tap = (direction, datagram) => {
        recent[direction].push(datagram);
        if (recent[direction].length > 500) recent[direction].shift();
      };
      await transfer(client.address, target, { up: 4 * MiB, down: 4 * MiB });
      const before = [client, server].map((peer) => residentBytes(peer.pid).now);

      let quiet = false;
      const moving = (async () => {
        let rounds = 0;
        for (; !quiet || rounds === 0; rounds++)
          await transfer(client.address, target, { up: 2 * MiB, down: 2 * MiB });
        return rounds;
      })();
      const attack = Promise.all([
        flood(server.port, 50_000),
        forge(relay, recent, forgeries ?? Object.values(FORGERIES), 20_000),
      ]).finally(() => (quiet = true));
      const [rounds] = await Promise.all([moving, attack]);
      expect(rounds).toBeGreaterThan(0);

      await transfer(client.address, target, { up: 4 * MiB, down: 4 * MiB });
      for (const [i, peer] of [client, server].entries())
        expect(residentBytes(peer.pid).now - before[i], `growth of the ${peer.role}`).toBeLessThan(64 * MiB);
    });
});
