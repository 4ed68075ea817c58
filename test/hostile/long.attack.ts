import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { BUNDLE, type Peer, startClient, startServer } from '../support/peers.ts';
import { cpuSeconds, openFiles, residentBytes } from '../support/proc.ts';
import { Process } from '../support/process.ts';
import { Relay } from '../support/relay.ts';
import { halfOpen, storm } from '../support/storm.ts';
import { transfer, TransferTarget } from '../support/traffic.ts';
import { capture } from './capture.ts';

const MiB = 1 << 20;
/** a minute of attack in all, in turns with the same without it */
const TURNS = 4;
const ATTACK_MS = 15_000;
const BASELINE_MS = 8_000;
const CALM_MS = 60_000;
/** bytes/s of the honest client, which leaves room on two cores for the attackers */
const RATE = 4 * MiB;
/** datagrams/s of each attack, and connections/s to the web host */
const PACE = 3_000;
const CONNECTIONS = 20;

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

/** What a server counts: sessions that are up. */
async function sessionsOf(server: Peer): Promise<number> {
  const from = server.output.length;
  server.kill('SIGUSR1');
  return server.until('the counters', () => {
    const [, count] = /CurrEstab:(\d+)/.exec(server.output.slice(from)) ?? [];
    return count === undefined ? undefined : Number(count);
  });
}

const middle = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
};
const mib = (bytes: number): string => (bytes / MiB).toFixed(2);

// The attackers run on the same cores as what they attack. So the honest rate is compared with what it is while the
// very same attackers send to a port that nobody reads: the difference is what the attack costs the server.
it('a minute of every attack without a key leaves an honest transfer its rate and the server its memory', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kcptun-attack-'));
  await using target = await new TransferTarget().listen();
  await using server = await startServer('ours', { target: target.address, ratelimit: RATE });
  await using web = new Process(process.execPath, [BUNDLE, 'web', '--folder', folder]);
  const page = await web.until('its address', () => /http:\S+/.exec(web.output)?.[0]);
  const webPort = Number(new URL(page).port);
  const heard = await capture(server, target, 4);
  await using relay = await Relay.open(server.port);
  await using client = await startClient('ours', { remoteaddr: `127.0.0.1:${relay.port}`, ratelimit: RATE });
  await transfer(client.address, target, { up: 4 * MiB, down: 4 * MiB });
  await using sink = createSocket('udp4');
  sink.bind(0, '127.0.0.1');
  await once(sink, 'listening');

  const attack = (port: number, until: number, spoof: (datagram: Buffer) => void) =>
    storm({ port, pace: PACE, until, heard, spoof });
  const before = { rss: residentBytes(server.pid).now, files: openFiles(server.pid) };
  const webBefore = { rss: residentBytes(web.pid).now, files: openFiles(web.pid) };

  const honest: number[] = [];
  const attacked: number[] = [];
  const cpu = { quiet: 0, attacked: 0 };
  const sent: Record<string, number> = {};
  let connections = 0;
  // in turns, as what else runs on the machine comes and goes too
  for (let turn = 0; turn < TURNS; turn++) {
    let end = performance.now() + BASELINE_MS;
    let used = cpuSeconds(server.pid);
    const [quiet] = await Promise.all([
      rateOf(client.address, target, end),
      attack(sink.address().port, end, () => {}),
    ]);
    honest.push(quiet);
    cpu.quiet += cpuSeconds(server.pid) - used;
    end = performance.now() + ATTACK_MS;
    used = cpuSeconds(server.pid);
    const [rate, counts, opened] = await Promise.all([
      rateOf(client.address, target, end),
      attack(server.port, end, (datagram) => relay.inject('up', datagram)),
      halfOpen(webPort, CONNECTIONS, end),
    ]);
    attacked.push(rate);
    cpu.attacked += cpuSeconds(server.pid) - used;
    for (const [name, n] of Object.entries(counts)) sent[name] = (sent[name] ?? 0) + n;
    connections += opened;
  }
  const { peak } = residentBytes(server.pid);
  const webPeak = { rss: residentBytes(web.pid).peak, files: openFiles(web.pid) };
  expect(await (await fetch(new URL('/', page))).text()).toContain('<html');

  let after = 0;
  const calmUntil = performance.now() + CALM_MS;
  try {
    await server.until(
      'the server to be as it was',
      () => residentBytes(server.pid).now < 1.2 * before.rss && openFiles(server.pid) <= before.files + 2,
      CALM_MS,
    );
    await web.until('the web host to be as it was', () => openFiles(web.pid) <= webBefore.files + 2, CALM_MS);
    after = await rateOf(client.address, target, performance.now() + BASELINE_MS);
    expect(await sessionsOf(server)).toBe(1);
  } finally {
    const datagrams = Object.values(sent).reduce((sum, n) => sum + n, 0);
    const seconds = (TURNS * ATTACK_MS) / 1000;
    const shareOf = (used: number, ms: number): string =>
      `${((100 * used) / ((TURNS * ms) / 1000)).toFixed(1)} %`;
    console.log(
      [
        `${Math.round(datagrams / seconds)} datagrams/s: ${JSON.stringify(sent)}; ${connections} half-open web sockets`,
        `honest, MiB/s: ${honest.map(mib).join(', ')} with the attackers elsewhere, ` +
          `${attacked.map(mib).join(', ')} under attack, ${mib(after)} after`,
        `server: RSS ${mib(before.rss)} MiB, at most ${mib(peak)}, then ${mib(residentBytes(server.pid).now)}; ` +
          `CPU ${shareOf(cpu.quiet, BASELINE_MS)}, under attack ${shareOf(cpu.attacked, ATTACK_MS)}`,
        `web host: RSS ${mib(webBefore.rss)} MiB, at most ${mib(webPeak.rss)}; ${webBefore.files} descriptors, ` +
          `${webPeak.files} at the end of it, then ${openFiles(web.pid)}`,
        `as it was after ${((performance.now() - calmUntil + CALM_MS) / 1000).toFixed(0)} s`,
      ].join('\n'),
    );
  }
  await rm(folder, { recursive: true });
  expect(peak).toBeLessThan(400 * MiB);
  expect(webPeak.rss).toBeLessThan(1.5 * webBefore.rss);
  expect(webPeak.files).toBeLessThan(webBefore.files + 80);
  expect(middle(attacked)).toBeGreaterThan(0.8 * middle(honest));
  expect(after).toBeGreaterThan(0.8 * middle(honest));
});
