import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { type Peer, startClient, startServer } from '../support/peers.ts';
import { EchoTarget, open } from '../support/traffic.ts';

const CLIENTS = 20;
const STOPPED_MS = 45_000;

/** Has the tunnel busy both ways until it is destroyed. */
async function load(client: Peer): Promise<Socket> {
  const socket = await open(client.address);
  const timer = setInterval(() => socket.write(Buffer.alloc(2000)), 20);
  socket.on('data', () => {}).on('error', () => {});
  socket.on('close', () => clearInterval(timer));
  return socket;
}

/** Milliseconds until a new connection is answered; one that is cut is opened again, as programs do. */
async function answered(client: Peer): Promise<number> {
  const from = performance.now();
  for (;;) {
    const socket = await open(client.address);
    const answer = await new Promise<boolean>((resolve) => {
      socket
        .once('data', () => resolve(true))
        .once('close', () => resolve(false))
        .on('error', () => {});
      socket.write('is anybody there?');
    });
    socket.destroy();
    if (answer) return performance.now() - from;
    await wait(50);
  }
}

it(
  'clients that are stopped under load for 45 s, as in a machine that sleeps, carry again soon',
  { timeout: 180_000 },
  async () => {
    await using target = await new EchoTarget().listen();
    await using server = await startServer('ours', { target: target.address });
    const remoteaddr = `127.0.0.1:${server.port}`;
    const clients = await Promise.all(
      Array.from({ length: CLIENTS }, () => startClient('ours', { remoteaddr })),
    );
    const loads: Socket[] = [];
    try {
      for (const client of clients) loads.push(await load(client));
      await wait(2000);
      for (const { pid } of clients) process.kill(pid, 'SIGSTOP');
      await wait(STOPPED_MS);
      for (const { pid } of clients) process.kill(pid, 'SIGCONT');
      const times = await Promise.all(clients.map(answered));
      // each has noticed its sleep once
      await wait(3000);
      for (const client of clients) expect(client.output.match(/back from sleep/g)).toHaveLength(1);
      expect(Math.max(...times)).toBeLessThan(10_000);
    } finally {
      for (const socket of loads) socket.destroy();
      await Promise.all(clients.map((client) => client.stop()));
    }
  },
);
