import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { zeroCounters } from '../../../shared/counters.ts';
import { Client, type ClientSetup } from '../../../src-main/engine/client.ts';
import { describeEvent, type EngineEvent } from '../../../src-main/engine/events.ts';
import { Server, type ServerSetup } from '../../../src-main/engine/server.ts';
import type { StreamCipher } from '../../../src-main/engine/tcp/pipe.ts';
import { MemoryLine, SocketWorld } from '../../support/memory-session.ts';
import { dialTcp, readAll, readSome, TestTarget } from '../../support/tcp.ts';
import { until } from '../../support/until.ts';

const toClose: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close();
});

interface Tunnel {
  line: MemoryLine;
  world: SocketWorld;
  client: Client;
  server: Server;
  address: string;
  clientEvents: EngineEvent[];
  serverEvents: EngineEvent[];
}

interface Tuning {
  version?: 1 | 2;
  target: string;
  client?: Partial<ClientSetup['options']>;
  server?: Partial<ServerSetup['options']>;
  cipher?: () => StreamCipher;
}

async function tunnel({ version = 2, target, client = {}, server = {}, cipher }: Tuning): Promise<Tunnel> {
  const world = new SocketWorld();
  const line = new MemoryLine(world, version);
  const events: [EngineEvent[], EngineEvent[]] = [[], []];
  const theServer = new Server({
    options: { listen: ':29900', target, closewait: 30, ...server },
    world,
    counters: zeroCounters(),
    listen: line.listen,
    cipher,
  });
  const theClient = new Client({
    options: {
      ...{ localaddr: '127.0.0.1:0', conn: 1 },
      ...{ autoexpire: 0, scavengettl: 600, closewait: 0, ...client },
    },
    world,
    counters: zeroCounters(),
    server: { remote: 'server:29900', dial: line.dial, cipher },
  });
  theServer.onEvent((event) => void events[1].push(event));
  theClient.onEvent((event) => void events[0].push(event));
  await theServer.start();
  await theClient.start();
  toClose.push(
    async () => {
      await theServer.close();
      expect([world.pending, line.sessions.size]).toEqual([0, 0]);
    },
    () => theClient.close(),
  );
  return {
    ...{ line, world, client: theClient, server: theServer, address: theClient.address },
    ...{ clientEvents: events[0], serverEvents: events[1] },
  };
}

async function target(onConnection: (socket: Socket) => void): Promise<[string, TestTarget]> {
  const made = new TestTarget(onConnection);
  toClose.push(() => made.close());
  return [await made.listen(), made];
}

async function dial(address: string): Promise<Socket> {
  const socket = await dialTcp(address);
  toClose.push(async () => socket.destroy());
  return socket;
}

const echo = (socket: Socket): void => void socket.pipe(socket);
const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
/** What happened, without what only the log's debug level tells. */
const kinds = (events: EngineEvent[]): string[] =>
  events.map((event) => event.kind).filter((kind) => kind !== 'detail');

describe.each([1, 2] as const)('client and server over smux %i', (version) => {
  it('carry 20 connections at once, intact', async () => {
    const [address] = await target(echo);
    const { client, address: local } = await tunnel({ version, target: address, client: { conn: 3 } });
    await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        const socket = await dial(local);
        const data = randomBytes(100_000 + i * 1000);
        socket.write(data);
        expect(digest(await readSome(socket, data.length))).toBe(digest(data));
      }),
    );
    const { streams, sessions } = client.snapshot();
    expect(streams).toHaveLength(20);
    expect(sessions.map((session) => session.streams)).toEqual([7, 7, 6]);
    expect(streams[0]).toMatchObject({
      sent: streams[0].received,
      source: expect.stringMatching(/^127\.0\.0\.1:/),
    });
  });

  it('hold a fast sender back for a slow reader, both ways, and lose nothing', async () => {
    const up = randomBytes(8_000_000);
    const down = randomBytes(8_000_000);
    const received: Buffer[] = [];
    const [address, { sockets }] = await target((socket) => {
      socket.end(down);
      socket.pause();
    });
    const { client, server, address: local } = await tunnel({ version, target: address });
    const socket = await dial(local);
    socket.pause();
    socket.write(up);
    let before = -1;
    await until('both directions to stand still', () => {
      const [stream] = client.snapshot().streams;
      const [other] = server.snapshot().streams;
      const now = (stream?.sent ?? 0) + (other?.sent ?? 0);
      const still = now > 0 && now === before;
      before = now;
      return still;
    });
    const [{ sent }] = client.snapshot().streams;
    expect(sent).toBeLessThan(up.length);
    expect(server.snapshot().streams[0].sent).toBeLessThan(down.length);

    const [far] = sockets;
    far.on('data', (chunk: Buffer) => void received.push(chunk)).resume();
    const back = readSome(socket, down.length);
    socket.resume();
    expect(digest(await back)).toBe(digest(down));
    await until(
      'the upload to arrive',
      () => received.reduce((n, chunk) => n + chunk.length, 0) === up.length,
    );
    expect(digest(Buffer.concat(received))).toBe(digest(up));
  });
});

describe('client and server', () => {
  it('deliver what was written before the end, then close both sides', async () => {
    const arrived: Promise<Buffer>[] = [];
    const [address] = await target(
      (socket) => void arrived.push(readAll(socket).finally(() => socket.end())),
    );
    const { address: local, client, server, clientEvents, serverEvents } = await tunnel({ target: address });
    const socket = await dial(local);
    const data = randomBytes(3_000_000);
    socket.end(data);
    expect(await readAll(socket)).toHaveLength(0);
    await until('the target to be reached', () => arrived.length > 0);
    expect(digest(await arrived[0])).toBe(digest(data));
    await until('the streams to be gone', () => server.snapshot().streams.length === 0);
    expect(client.snapshot().streams).toEqual([]);
    await until('the sessions to be empty', () => client.snapshot().sessions[0].streams === 0);

    expect(kinds(clientEvents)).toEqual(['listening', 'dialling', 'up', 'stream-opened', 'stream-closed']);
    const closed = clientEvents.at(-1) as EngineEvent & { kind: 'stream-closed' };
    expect(closed).toMatchObject({ reason: null, stream: { id: '1:3', sent: data.length, received: 0 } });
    expect(describeEvent(closed)).toBe(`stream closed in: ${closed.in} out: server:29900(3)`);
    expect(kinds(serverEvents)).toEqual(['listening', 'up', 'stream-opened', 'stream-closed']);
    expect(describeEvent(serverEvents[2])).toBe(`stream opened in: client:1(3) out: ${address}`);
  });

  it('wait closewait seconds after the end of one side, for what the other still sends', async () => {
    const sockets: Socket[] = [];
    const [address] = await target((socket) => {
      sockets.push(socket);
      socket.end('an answer');
      socket.resume();
    });
    const { address: local, world } = await tunnel({ target: address, server: { closewait: 2 } });
    const socket = await dial(local);
    expect(String(await readSome(socket, 9))).toBe('an answer');
    let ended = false;
    socket.once('end', () => (ended = true));
    await until('the target to have ended', () => sockets[0].writableFinished);
    world.advance(1_900);
    const more = randomBytes(10_000);
    const taken = readSome(sockets[0], more.length);
    socket.write(more);
    expect(digest(await taken)).toBe(digest(more));
    expect(ended).toBe(false);
    world.advance(200);
    await once(socket, 'end');
  });

  it('encrypt each stream with the cipher they are given', async () => {
    const wire: Buffer[] = [];
    const cipher = () => {
      const shift = (by: number) => (bytes: Uint8Array, offset: number, length: number) => {
        wire.push(Buffer.from(bytes.subarray(offset, offset + length)));
        for (let i = offset; i < offset + length; i++) bytes[i] += by;
      };
      return { encrypt: shift(1), decrypt: shift(-1) };
    };
    const [address] = await target(echo);
    const { address: local } = await tunnel({ target: address, cipher });
    const socket = await dial(local);
    socket.write('abc');
    expect(String(await readSome(socket, 3))).toBe('abc');
    expect(wire.map(String)).toEqual(['abc', 'bcd', 'abc', 'bcd']);
  });

  it('close only the stream whose target refuses', async () => {
    const [address, closedTarget] = await target(echo);
    await closedTarget.close();
    const { address: local, serverEvents, server } = await tunnel({ target: address });
    const socket = await dial(local);
    expect(await readAll(socket)).toHaveLength(0);
    await until('the stream to be told', () => serverEvents.some(({ kind }) => kind === 'stream-closed'));
    expect(serverEvents.at(-1)).toMatchObject({ reason: expect.stringContaining('ECONNREFUSED') });
    expect(server.snapshot().sessions).toHaveLength(1);
  });

  it('pass a reset on as an end', async () => {
    const sockets: Socket[] = [];
    const [address] = await target((socket) => void sockets.push(socket.resume()));
    const { address: local, serverEvents } = await tunnel({ target: address });
    const socket = await dial(local);
    socket.write('x');
    await until('the target to be reached', () => sockets.length > 0);
    sockets[0].resetAndDestroy();
    expect(await readAll(socket)).toHaveLength(0);
    expect(serverEvents.at(-1)).toMatchObject({
      kind: 'stream-closed',
      reason: expect.stringContaining('ECONNRESET'),
    });
  });

  it('end the streams when the session ends, and carry new ones over the next', async () => {
    const [address] = await target(echo);
    const { address: local, line, world, client, clientEvents } = await tunnel({ target: address });
    const socket = await dial(local);
    socket.write('x');
    await readSome(socket, 1);
    world.advance(15_000);
    line.dialled[0].close();
    expect(await readAll(socket)).toHaveLength(0);
    const next = await dial(local);
    next.write('y');
    expect(String(await readSome(next, 1))).toBe('y');
    expect(client.snapshot().sessions.map(({ conv }) => conv)).toEqual([2]);
    expect(clientEvents.map(describeEvent)).toContainEqual(
      'session closed: server:29900 conv: 1 closed here',
    );
  });

  it('join unix sockets at both ends', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kcptun-'));
    toClose.push(() => rm(folder, { recursive: true }));
    const path = join(folder, 'in.sock');
    const [address] = await target(echo);
    const inner = await tunnel({ target: address, client: { localaddr: path } });
    const outer = await tunnel({ target: path });
    const socket = await dial(outer.address);
    socket.write('through two tunnels');
    expect(String(await readSome(socket, 19))).toBe('through two tunnels');
    expect(inner.client.snapshot().streams[0].source).toBe(path);
    expect(outer.server.snapshot().streams[0].source).toBe(path);
  });

  it('name a bad address', async () => {
    await expect(tunnel({ target: 'nowhere' })).rejects.toMatchObject({
      code: 'bad-option',
      field: 'target',
      value: '"nowhere"',
      message: expect.stringContaining('target "nowhere": expected host:port'),
    });
  });

  it('name a port in use', async () => {
    const [address] = await target(echo);
    const { address: local } = await tunnel({ target: address });
    await expect(tunnel({ target: address, client: { localaddr: local } })).rejects.toMatchObject({
      code: 'port-in-use',
      message: expect.stringContaining(local.split(':')[1]),
    });
  });

  it('tell what troubles a session, at both ends', async () => {
    const [address] = await target(echo);
    const { line, clientEvents, serverEvents } = await tunnel({ target: address });
    await until('the session to be up', () => line.dialled[0]?.state === 'up');
    line.dialled[0].become('degraded', ['heavy-loss']);
    line.dialled[0].peer!.become('degraded', ['checksum-errors']);
    expect(clientEvents.at(-1)).toMatchObject({ kind: 'trouble', trouble: 'heavy-loss', conv: 1 });
    expect(serverEvents.at(-1)).toMatchObject({ kind: 'trouble', trouble: 'checksum-errors', conv: 1 });
  });
});

describe('a client whose server is away', () => {
  it('gives new connections to the session with the least to send', async () => {
    const [address] = await target((socket) => void socket.pause());
    const { client, address: local } = await tunnel({ version: 1, target: address, client: { conn: 2 } });
    await until(
      'both sessions',
      () => client.snapshot().sessions.filter((s) => s.state === 'up').length === 2,
    );
    const bulk = await dial(local);
    bulk.write(randomBytes(40_000_000));
    const busy = () => client.snapshot().sessions.find((session) => session.inFlight > 100_000);
    await until('a session to be busy', () => busy() !== undefined);
    const { conv } = busy()!;
    const sockets = [await dial(local), await dial(local), await dial(local)];
    await until('the streams', () => client.snapshot().streams.length === 4);
    expect(client.snapshot().streams.filter(({ id }) => id.startsWith(`${conv}:`))).toHaveLength(1);
    for (const socket of [bulk, ...sockets]) socket.destroy();
  });

  it('lets connections wait, and carries them when the server is there', async () => {
    const [address] = await target(echo);
    const { address: local, line, world, clientEvents } = await tunnel({ target: address });
    line.cut();
    line.dialled[0].close();
    const sockets = await Promise.all([dial(local), dial(local), dial(local)]);
    for (const [i, socket] of sockets.entries()) socket.write(`waiting ${i}`);
    for (let second = 0; second < 10; second++) {
      world.advance(1000);
      await new Promise(setImmediate);
    }
    expect(kinds(clientEvents)).not.toContain('stream-opened');
    line.mend();
    const answers = Promise.all(sockets.map((socket) => readSome(socket, 9)));
    const session = await until('the next session', () => {
      world.advance(500);
      return line.dialled.find(({ state }) => state === 'up');
    });
    expect((await answers).map(String)).toEqual(['waiting 0', 'waiting 1', 'waiting 2']);
    expect(session.mux.streams).toBe(3);
  });

  it('lets a connection wait for 30 s and no longer', async () => {
    const [address] = await target(echo);
    const { address: local, line, world, clientEvents } = await tunnel({ target: address });
    line.cut();
    line.dialled[0].close();
    const timers = world.pending;
    const socket = await dial(local);
    let ended = false;
    socket.resume().once('end', () => (ended = true));
    await until('the connection to be accepted', () => world.pending > timers);
    world.advance(29_900);
    await new Promise(setImmediate);
    expect(ended).toBe(false);
    world.advance(200);
    await once(socket, 'end');
    expect(clientEvents.at(-1)).toMatchObject({ kind: 'refused', reason: 'no session for 30 s' });
  });

  it('dials every session anew when told to', async () => {
    const [address] = await target(echo);
    const { address: local, line, client } = await tunnel({ target: address, client: { conn: 2 } });
    await until('both sessions', () => line.dialled.filter(({ state }) => state === 'up').length === 2);
    const old = await dial(local);
    old.write('a');
    await readSome(old, 1);
    client.redialAll();
    await until('two more', () => line.dialled.filter(({ state }) => state === 'up').length === 4);
    expect(client.snapshot().sessions.map(({ conv, expired }) => [conv, expired])).toEqual([
      [1, true],
      [3, false],
      [2, true],
      [4, false],
    ]);
    old.write('b');
    expect(String(await readSome(old, 1))).toBe('b');
    const fresh = await dial(local);
    fresh.write('c');
    await readSome(fresh, 1);
    expect(line.dialled.map(({ mux }) => mux.streams)).toEqual([1, 0, 0, 1]);
  });
});
