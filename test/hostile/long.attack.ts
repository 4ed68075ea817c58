import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { Strangers } from '../support/attacker.ts';
import { startClient, startServer } from '../support/peers.ts';
import { openFiles, residentBytes } from '../support/proc.ts';
import { seededRandom } from '../support/random.ts';
import { Relay } from '../support/relay.ts';
import { transfer, TransferTarget } from '../support/traffic.ts';
import { capture } from './capture.ts';

const MiB = 1 << 20;
const ATTACK_MS = 60_000;
const CALM_MS = 60_000;
/** bytes/s of the honest client: what is measured is the server, not how two cores are shared */
const RATE = 2 * MiB;
/** datagrams/s of each attack */
const PACE = 1_500;
const TICK_MS = 20;

/** Calls `send` at the pace, until the time is up. */
async function paced(until: number, send: (n: number) => Promise<void>): Promise<void> {
  const start = performance.now();
  for (let n = 0; performance.now() < until;) {
    for (const due = ((performance.now() - start) / 1000) * PACE; n < due; n++) await send(n);
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
}

/** Bytes/s that come down a client in transfers one behind the other. */
async function rateOf(address: string | number, target: TransferTarget, until: number): Promise<number> {
  const start = performance.now();
  let bytes = 0;
  do {
    await transfer(address, target, { up: 64 * 1024, down: 4 * MiB });
    bytes += 4 * MiB;
  } while (performance.now() < until);
  return bytes / ((performance.now() - start) / 1000);
}

it('a minute of every attack without a key leaves an honest transfer its rate and the server its memory', async () => {
  await using target = await new TransferTarget().listen();
  await using server = await startServer('ours', { target: target.address, ratelimit: RATE });
  const { port } = server;
  const seen = await capture(server, target, 4);
  await using relay = await Relay.open(port);
  await using client = await startClient('ours', { remoteaddr: `127.0.0.1:${relay.port}`, ratelimit: RATE });
  await transfer(client.address, target, { up: 4 * MiB, down: 4 * MiB });
  const honest = await rateOf(client.address, target, performance.now() + 10_000);
  const before = { rss: residentBytes(server.pid).now, files: openFiles(server.pid) };

  const until = performance.now() + ATTACK_MS;
  const noise = randomBytes(64 * 1024);
  const random = seededRandom(1);
  const garbage = async (): Promise<void> => {
    await using strangers = await Strangers.open(20, port);
    await paced(until, (n) => {
      const from = Math.floor(random() * (noise.length - 1500));
      return strangers.send(n % 20, noise.subarray(from, from + 1 + Math.floor(random() * 1499)));
    });
  };
  const replay = async (): Promise<void> => {
    await using strangers = await Strangers.open(280, port);
    await paced(until, (n) => strangers.send(Math.floor(n / seen.length) % 280, seen[n % seen.length]));
  };
  const openings = async (): Promise<void> => {
    while (performance.now() < until) {
      await using strangers = await Strangers.open(500, port);
      await paced(Math.min(until, performance.now() + 500), (n) => strangers.send(n % 500, seen[0]));
    }
  };
  // with the honest client's address, as the relay has it
  const spoofed = (): Promise<void> =>
    paced(until, async (n) => {
      if (n % 100 === 0) relay.inject('up', seen[0]);
    });
  const [attacked] = await Promise.all([
    rateOf(client.address, target, until),
    garbage(),
    replay(),
    openings(),
    spoofed(),
  ]);
  const { peak } = residentBytes(server.pid);
  console.log(
    `honest ${(honest / MiB).toFixed(2)} MiB/s, under attack ${(attacked / MiB).toFixed(2)}; ` +
      `RSS before ${(before.rss / MiB).toFixed(0)} MiB, at most ${(peak / MiB).toFixed(0)}`,
  );
  expect(peak).toBeLessThan(400 * MiB);
  expect(attacked).toBeGreaterThan(0.8 * honest);

  await server.until(
    'the server to be as it was',
    () => residentBytes(server.pid).now < 1.2 * before.rss && openFiles(server.pid) <= before.files + 2,
    CALM_MS,
  );
  const after = await rateOf(client.address, target, performance.now() + 10_000);
  expect(after).toBeGreaterThan(0.9 * honest);
});
