import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import {
  debianIsHere,
  type Kind,
  oursIsStoodIn,
  type Peer,
  startClient,
  startServer,
  Tunnel,
} from '../support/peers.ts';
import { openFiles, residentBytes } from '../support/proc.ts';
import { type Address, EchoTarget, open } from '../support/traffic.ts';
import { until } from '../support/until.ts';

const KiB = 1 << 10;
const MiB = 1 << 20;
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** Opens a connection, sends `bytes` random bytes, and compares what comes back. */
async function echo(address: Address, bytes: number, patience = 60_000): Promise<void> {
  const socket = await open(address);
  try {
    const sent = randomBytes(bytes);
    const pieces: Buffer[] = [];
    let got = 0;
    const whole = new Promise<void>((resolve, reject) => {
      socket.on('data', (piece: Buffer) => {
        pieces.push(piece);
        got += piece.length;
        if (got >= bytes) resolve();
      });
      socket.once('error', reject);
      socket.once('close', () => reject(new Error(`closed after ${got} of ${bytes} bytes`)));
      socket.setTimeout(patience, () => reject(new Error(`stuck at ${got} of ${bytes} bytes`)));
    });
    socket.write(sent);
    await whole;
    if (sha256(Buffer.concat(pieces)) !== sha256(sent)) throw new Error('the echo differs');
  } finally {
    socket.destroy();
  }
}

const pairs: { client: Kind; server: Kind }[] = [
  { client: 'ours', server: 'ours' },
  { client: 'ours', server: 'debian' },
  { client: 'debian', server: 'ours' },
];
/** Our server closes at once, as Debian's does: the newest would hold every connection for 30 s. */
const atOnce = (kind: Kind) => (kind === 'ours' && !oursIsStoodIn ? { closewait: 0 } : {});

describe.skipIf(!debianIsHere)('1,000 connections at once through one session, each echoing 64 KiB', () => {
  for (const pair of pairs)
    it(`${pair.client} client, ${pair.server} server`, async () => {
      await using target = await new EchoTarget().listen();
      await using tunnel = await Tunnel.open({
        ...pair,
        target: target.address,
        flags: { smuxver: 2, mode: 'fast3', sndwnd: 1024, rcvwnd: 1024, quiet: true },
        serverFlags: atOnce(pair.server),
      });
      const echoes = Array.from({ length: 1000 }, () => echo(tunnel.client.address, 64 * KiB));
      const failures = (await Promise.allSettled(echoes)).flatMap((one) =>
        one.status === 'rejected' ? [String(one.reason)] : [],
      );
      expect(failures).toEqual([]);
    });
});

describe('200 connections opened and closed a second for 30 s', () => {
  it('leave neither memory nor handles behind', async () => {
    await using target = await new EchoTarget().listen();
    await using tunnel = await Tunnel.open({
      client: 'ours',
      server: 'ours',
      target: target.address,
      flags: { mode: 'fast3', quiet: true },
      serverFlags: atOnce('ours'),
    });
    const { client, server } = tunnel;
    const churn = async (seconds: number) => {
      const start = performance.now();
      const running = new Set<Promise<void>>();
      let failure: unknown;
      for (let opened = 0; opened < seconds * 200;) {
        for (; opened < ((performance.now() - start) / 1000) * 200 && opened < seconds * 200; opened++) {
          const one = echo(client.address, KiB).then(
            () => void running.delete(one),
            (error: unknown) => void (failure ??= error),
          );
          running.add(one);
        }
        if (failure) throw failure;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await Promise.all(running);
    };
    const quiet = () => until('the target to be left alone', () => target.connections === 0);
    const rss = (peer: Peer) => residentBytes(peer.pid).now;

    // the first connections fill caches, pools and the compiler's tiers: the books open after them
    await churn(5);
    await quiet();
    const before = [client, server].map((peer) => ({ files: openFiles(peer.pid), rss: rss(peer) }));
    await churn(30);
    await quiet();
    for (const [i, peer] of [client, server].entries()) {
      await peer.until(`the ${peer.role}'s handles to return`, () => openFiles(peer.pid) <= before[i].files);
      expect(rss(peer) - before[i].rss, `growth of the ${peer.role}`).toBeLessThan(32 * MiB);
    }
  });
});

describe.skipIf(!debianIsHere || oursIsStoodIn)(
  'a server that dies under 20 open connections and comes back',
  () => {
    it('lets them end, and new ones work within 3 s of its return', async () => {
      await using target = await new EchoTarget().listen();
      // Debian's default is 1
      const flags = { mode: 'fast3', smuxver: 2 };
      await using first = await startServer('debian', { ...flags, target: target.address });
      await using client = await startClient('ours', { ...flags, remoteaddr: `127.0.0.1:${first.port}` });
      const sockets = await Promise.all(Array.from({ length: 20 }, () => open(client.address)));
      const ended = sockets.map((socket) =>
        once(
          socket.on('error', () => {}),
          'close',
        ),
      );
      for (const socket of sockets) {
        socket.write('?');
        await once(socket, 'data');
      }
      await first.stop('SIGKILL');
      // something is under way when the server goes, as it would be in life
      for (const socket of sockets) socket.write('!');
      await new Promise((resolve) => setTimeout(resolve, 1000));
      const back = performance.now();
      await using _second = await startServer('debian', {
        ...flags,
        listen: `127.0.0.1:${first.port}`,
        target: target.address,
      });
      let seconds = Infinity;
      while (seconds === Infinity && performance.now() - back < 10_000)
        await echo(client.address, KiB, 400).then(
          () => (seconds = (performance.now() - back) / 1000),
          () => {},
        );
      expect(seconds, 'until a new connection worked').toBeLessThan(3);
      // at the latest smux's own 30 s without a word from the peer
      await Promise.all(ended);
      expect((performance.now() - back) / 1000).toBeLessThan(45);
    });
  },
);
