import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { Strangers } from './attacker.ts';
import { seededRandom } from './random.ts';

const TICK_MS = 20;

/** Calls `send` at `pace` a second until the time is up. @returns how often */
async function paced(pace: number, until: number, send: (n: number) => Promise<void>): Promise<number> {
  const start = performance.now();
  let n = 0;
  while (performance.now() < until) {
    for (const due = ((performance.now() - start) / 1000) * pace; n < due; n++) await send(n);
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  return n;
}

/** What somebody without a key can send to a port: noise, and what he has heard. */
export interface Storm {
  port: number;
  /** of each attack, datagrams a second */
  pace: number;
  /** when it ends, by `performance.now` */
  until: number;
  /** the first datagrams of a client that asked for much */
  heard: readonly Buffer[];
  /** sends a datagram with the address of an honest client */
  spoof(datagram: Buffer): void;
}

/** Noise of every length from 20 ports. */
async function garbage({ port, pace, until }: Storm): Promise<number> {
  const noise = randomBytes(64 * 1024);
  const random = seededRandom(1);
  await using strangers = await Strangers.open(20, port);
  return await paced(pace, until, (n) => {
    const from = Math.floor(random() * (noise.length - 1500));
    return strangers.send(n % 20, noise.subarray(from, from + 1 + Math.floor(random() * 1499)));
  });
}

/** The whole request from 280 ports, over and over. */
async function replay({ port, pace, until, heard }: Storm): Promise<number> {
  await using strangers = await Strangers.open(280, port);
  return await paced(pace, until, (n) =>
    strangers.send(Math.floor(n / heard.length) % 280, heard[n % heard.length]),
  );
}

/** Its first datagram alone, from ever new ports of many addresses. */
async function openings({ port, pace, until, heard }: Storm): Promise<number> {
  let sent = 0;
  for (let i = 0; performance.now() < until; i++) {
    await using strangers = await Strangers.open(500, port, `127.0.2.${1 + (i % 250)}`);
    const end = Math.min(until, performance.now() + 500);
    sent += await paced(pace, end, (n) => strangers.send(n % 500, heard[0]));
  }
  return sent;
}

/** That datagram again, with the address of an honest client, so many times a second. */
const SPOOFED = 50;
const spoofed = ({ until, heard, spoof }: Storm): Promise<number> =>
  paced(SPOOFED, until, async () => spoof(heard[0]));

/** All of it at once. @returns datagrams sent, by attack */
export async function storm(plan: Storm): Promise<Record<string, number>> {
  const [noise, replayed, opened, spoofs] = await Promise.all([
    garbage(plan),
    replay(plan),
    openings(plan),
    spoofed(plan),
  ]);
  return { garbage: noise, replayed, openings: opened, spoofed: spoofs };
}

/** Web sockets that are never opened: each connects, says half of its request, and waits. @returns how many there were */
export async function halfOpen(port: number, pace: number, until: number): Promise<number> {
  const sockets = new Set<Socket>();
  const made = await paced(pace, until, async () => {
    const socket = connect(port, '127.0.0.1');
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.write('GET /socket HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n');
  });
  for (const socket of sockets) socket.destroy();
  return made;
}
