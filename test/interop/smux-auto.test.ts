import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type Peer, startClient, startServer } from '../support/peers.ts';
import { EchoTarget, open } from '../support/traffic.ts';

/** Whether a new connection is answered soon. */
async function works(client: Peer): Promise<boolean> {
  const socket = await open(client.address);
  const answer = await Promise.race([
    new Promise<boolean>((resolve) => {
      socket.once('data', () => resolve(true)).once('close', () => resolve(false));
      socket.on('error', () => {}).write('is anybody there?');
    }),
    wait(1500).then(() => false),
  ]);
  socket.destroy();
  return answer;
}

async function worksAtLast(client: Peer, deadlineMs: number): Promise<void> {
  const end = performance.now() + deadlineMs;
  while (!(await works(client)))
    if (performance.now() > end) throw new Error(`nothing is carried:\n${client.output}`);
}

describe('smuxver auto', { timeout: 90_000 }, () => {
  it.each([
    { smuxver: 1 },
    { smuxver: 2 },
    { smuxver: 1, nocomp: true },
    { smuxver: 1, datashard: 0, parityshard: 0, crypt: 'none' },
  ])('learns what a server speaks before the first connection: %o', async (flags) => {
    await using target = await new EchoTarget().listen();
    await using server = await startServer('debian', { target: target.address, keepalive: 10, ...flags });
    const remoteaddr = `127.0.0.1:${server.port}`;
    await using client = await startClient('ours', { ...flags, remoteaddr, smuxver: 'auto' });
    expect(client.output).toContain('smux version: auto');
    expect(await works(client)).toBe(true);
    await client.until('the version', () =>
      client.output.includes(`smux version: ${flags.smuxver}, learned from ${remoteaddr}`) ? true : undefined,
    );
    expect(await works(client)).toBe(true);
  });

  it('learns it again when the server changes', async () => {
    await using target = await new EchoTarget().listen();
    const first = await startServer('debian', { target: target.address, smuxver: 1, keepalive: 3 });
    const remoteaddr = `127.0.0.1:${first.port}`;
    await using client = await startClient('ours', { remoteaddr, smuxver: 'auto' });
    await worksAtLast(client, 20_000);
    await first.stop('SIGKILL');
    await using _ = await startServer('debian', {
      ...{ target: target.address, smuxver: 2, keepalive: 3, listen: remoteaddr },
    });
    await worksAtLast(client, 45_000);
    expect(client.output).toContain(`smux version: 2, learned from ${remoteaddr}`);
  });
});
