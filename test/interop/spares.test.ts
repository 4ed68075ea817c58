import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { KEY, type Peer, startClient, startServer } from '../support/peers.ts';
import { EchoTarget, open } from '../support/traffic.ts';

/** The longest that a dead server may keep new connections from working. */
const WORKS_WITHIN_MS = 5_000;

/** Longer than a replaced session that is not heard is kept otherwise, and shorter than smux waits. */
const SILENCE_MS = 10_000;

/** Has the tunnel busy both ways until it is destroyed. */
async function load(client: Peer): Promise<Socket> {
  const socket = await open(client.address);
  const timer = setInterval(() => socket.write(Buffer.alloc(20_000)), 20);
  socket.on('data', () => {}).on('error', () => {});
  socket.on('close', () => clearInterval(timer));
  return socket;
}

/** Milliseconds until a new connection is answered; one that is silent is given up, as people do. */
async function works(client: Peer): Promise<number> {
  const from = performance.now();
  for (;;) {
    const socket = await open(client.address);
    const answer = await Promise.race([
      new Promise<boolean>((resolve) => {
        socket.once('data', () => resolve(true)).once('close', () => resolve(false));
        socket.on('error', () => {}).write('is anybody there?');
      }),
      wait(1000).then(() => false),
    ]);
    socket.destroy();
    if (answer) return performance.now() - from;
  }
}

const port = ({ port }: Peer): string => `127.0.0.1:${port}`;

describe('spare servers', { timeout: 60_000 }, () => {
  it.each(['SIGKILL', 'SIGSTOP'] as const)(
    'take over within 5 s from one that %s ends under load',
    async (signal) => {
      await using target = await new EchoTarget().listen();
      const servers = [
        await startServer('debian', { target: target.address }),
        await startServer('debian', { target: target.address }),
      ];
      const loads: Socket[] = [];
      let client: Peer | undefined;
      try {
        const [first, second] = servers;
        client = await startClient('ours', { remoteaddr: [port(first), port(second)], conn: 2 });
        loads.push(await load(client), await load(client));
        expect(await works(client)).toBeLessThan(1000);
        process.kill(first.pid, signal);
        expect(await works(client)).toBeLessThan(WORKS_WITHIN_MS);
        expect(client.output).toContain(`server changed: ${port(second)}, as ${port(first)} does not answer`);
        if (signal === 'SIGKILL') return;
        // the connections that were open wait for their server
        await wait(SILENCE_MS);
        process.kill(first.pid, 'SIGCONT');
        await Promise.all(loads.map((socket) => new Promise((resolve) => socket.once('data', resolve))));
        expect(await works(client)).toBeLessThan(1000);
        expect(client.output.match(/server changed/g)).toHaveLength(1);
      } finally {
        for (const socket of loads) socket.destroy();
        await client?.stop();
        await Promise.all(servers.map((server) => server.stop('SIGKILL')));
      }
    },
  );

  it('begins with a spare where the first is not there, with what that has of its own, from a file', async () => {
    await using target = await new EchoTarget().listen();
    const folder = await mkdtemp(join(tmpdir(), 'kcptun-spares-'));
    const other = `another ${KEY}`;
    await using server = await startServer('debian', {
      ...{ target: target.address, crypt: 'xtea', key: other, nocomp: true },
    });
    await using away = await startServer('debian', { target: target.address });
    const gone = port(away);
    await away.stop('SIGKILL');
    const config = join(folder, 'client.json');
    const remoteaddr = [gone, { remoteaddr: port(server), key: other, crypt: 'xtea', nocomp: true }];
    await writeFile(config, JSON.stringify({ remoteaddr }));
    try {
      await using client = await startClient('ours', { remoteaddr: gone, c: config, smuxver: 'auto' });
      expect(await works(client)).toBeLessThan(WORKS_WITHIN_MS);
      expect(client.output).toContain(`spare server: ${port(server)}`);
      expect(client.output).not.toContain(other);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('begins with the nearest where that is preferred', async () => {
    await using target = await new EchoTarget().listen();
    await using server = await startServer('debian', { target: target.address });
    await using away = await startServer('debian', { target: target.address });
    const gone = port(away);
    await away.stop('SIGKILL');
    await using client = await startClient('ours', { remoteaddr: [gone, port(server)], prefer: 'fastest' });
    expect(await works(client)).toBeLessThan(WORKS_WITHIN_MS);
    expect(client.output).not.toContain('server changed');
  });
});
