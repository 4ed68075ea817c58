import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type Flags, type Kind, Tunnel } from '../support/peers.ts';
import { boundPorts, cpuSeconds, residentBytes, wakeups } from '../support/proc.ts';
import { Process } from '../support/process.ts';
import { echoRoundTrips, EchoTarget, transfer, TransferTarget } from '../support/traffic.ts';

const run = promisify(execFile);
const MiB = 1 << 20;

/** One thing to measure: the same flags for either client, and the server's, which is always the reference. */
export interface Row {
  name: string;
  flags: Flags;
  /** for the client alone */
  client?: Flags;
}

/** Throughput in Mbit/s, CPU in seconds per 10^9 bytes moved, memory in MB, round trips in microseconds. */
export interface Figures {
  up: number;
  down: number;
  cpuUp: number;
  cpuDown: number;
  rss: number;
  p50: number;
  p99: number;
}

const wide = { mode: 'fast3', sndwnd: 2048, rcvwnd: 2048 };
/**
 * Nothing is timed before some traffic went by: a just-in-time compiler has to see it first, and how one connection
 * follows another.
 */
const WARM_SECONDS = 1;
/** iperf3's server refuses the next run until it has seen the end of this one, behind what the tunnel still held. */
const SETTLE_MS = 500;
/** Echoes that are timed, and those before them, over connections of their own. */
const TRIPS = 10_000;
const WARM_TRIPS = 5_000;
const WARM_CONNECTIONS = 5;

/** smux 1 everywhere: it is what the reference's release speaks by default. */
export const ROWS: Row[] = [
  { name: 'defaults', flags: wide },
  { name: 'nocomp', flags: { ...wide, nocomp: true } },
  { name: 'nocomp, none, FEC 0', flags: { ...wide, nocomp: true, crypt: 'none', ds: 0, ps: 0 } },
  { name: 'nocomp, salsa20', flags: { ...wide, nocomp: true, crypt: 'salsa20' } },
  { name: 'nocomp, aes-128', flags: { ...wide, nocomp: true, crypt: 'aes-128' } },
  { name: 'as they come', flags: {} },
].map(({ name, flags }) => ({ name, flags: { smuxver: 1, quiet: true, ...flags } }));

const pairOf = (client: Kind, flags: Flags, target: string, clientFlags: Flags = {}) =>
  Tunnel.open({ client, server: 'debian', target, flags, clientFlags });

/** Both ways at once, with the digests of both ends compared. */
async function check(client: Kind, flags: Flags): Promise<void> {
  await using target = await new TransferTarget().listen();
  await using tunnel = await pairOf(client, flags, target.address);
  await transfer(tunnel.client.address, target, { up: 8 * MiB, down: 8 * MiB });
}

async function freeTcpPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no TCP port is free');
  return address.port;
}

/** The part of iperf3's JSON that is read. */
interface IperfReport {
  error?: string;
  end: { sum_received: { bytes: number; bits_per_second: number } };
}

async function throughput(client: Kind, flags: Flags, seconds: number, clientFlags?: Flags) {
  const port = await freeTcpPort();
  await using iperf = new Process('iperf3', ['-s', '-B', '127.0.0.1', '-p', String(port)]);
  await iperf.until('iperf3 to listen', () => boundPorts(iperf.pid, 'tcp').includes(port));
  await using tunnel = await pairOf(client, flags, `127.0.0.1:${port}`, clientFlags);
  const { pid } = tunnel.client;
  const measure = async (time: number, ...way: string[]) => {
    const args = ['-c', '127.0.0.1', '-p', String(tunnel.client.port), '-t', String(time), '-J', ...way];
    const before = { cpu: cpuSeconds(pid), woken: wakeups(pid) };
    const { stdout } = await run('iperf3', args, { maxBuffer: 16 * MiB });
    const report = JSON.parse(stdout) as IperfReport;
    if (report.error) throw new Error(`iperf3: ${report.error}`);
    await setTimeout(SETTLE_MS);
    const { bytes, bits_per_second } = report.end.sum_received;
    return {
      rate: bits_per_second / 1e6,
      cpu: (cpuSeconds(pid) - before.cpu) / (bytes / 1e9),
      woken: (wakeups(pid) - before.woken) / (bytes / 1e6),
    };
  };
  await measure(WARM_SECONDS);
  await measure(WARM_SECONDS, '-R');
  const up = await measure(seconds);
  const down = await measure(seconds, '-R');
  return {
    up: up.rate,
    down: down.rate,
    cpuUp: up.cpu,
    cpuDown: down.cpu,
    wokenUp: up.woken,
    wokenDown: down.woken,
    rss: residentBytes(pid).peak / 1e6,
  };
}

async function latency(client: Kind, flags: Flags, count: number) {
  await using target = await new EchoTarget().listen();
  await using tunnel = await pairOf(client, flags, target.address);
  for (let i = 0; i < WARM_CONNECTIONS; i++) await echoRoundTrips(tunnel.client.address, WARM_TRIPS);
  const trips = await echoRoundTrips(tunnel.client.address, count);
  return { p50: trips[Math.floor(count * 0.5)], p99: trips[Math.floor(count * 0.99)] };
}

/** Checks one client against the reference server, then times it: up, down, and back to back. */
export async function measurePair(client: Kind, { flags }: Row, seconds: number): Promise<Figures> {
  await check(client, flags);
  const { wokenUp: _up, wokenDown: _down, ...rates } = await throughput(client, flags, seconds);
  return { ...rates, ...(await latency(client, flags, TRIPS)) };
}

/** What pacing costs our client where there is nothing to pace for: wakeups are of all its threads, for each MB. */
export const measurePacing = (pace: 'auto' | 'off', { flags, client }: Row, seconds: number) =>
  throughput('ours', flags, seconds, { ...client, pace });

/** Rows in which the windows are the limit, or several sessions share the way. */
export const PACING_ROWS: Row[] = [
  ...ROWS,
  { name: 'as they come, conn 4', flags: { smuxver: 1, quiet: true }, client: { conn: 4 } },
  { name: 'windows 512', flags: { smuxver: 1, quiet: true, sndwnd: 512, rcvwnd: 512 } },
  { name: 'windows 2048', flags: { smuxver: 1, quiet: true, sndwnd: 2048, rcvwnd: 2048 } },
];
