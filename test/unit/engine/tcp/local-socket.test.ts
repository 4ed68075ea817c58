import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { spawnSync } from 'node:child_process';
import { PassThrough } from 'node:stream';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readAddress } from '../../../../src-main/engine/options.ts';
import {
  connectLocally,
  listenLocally,
  type LocalListener,
  readFrom,
  sourceOf,
} from '../../../../src-main/engine/tcp/local-socket.ts';
import { dialTcp } from '../../../support/tcp.ts';

let folder: string;
const open: LocalListener[] = [];
const sockets: Socket[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kcptun-'));
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const listener of open.splice(0)) await listener.close();
  await rm(folder, { recursive: true });
});

async function listen(text: string, onConnection: (socket: Socket) => void = keep): Promise<LocalListener> {
  const listener = await listenLocally(readAddress('localaddr', text), onConnection);
  open.push(listener);
  return listener;
}
const keep = (socket: Socket): void => void sockets.push(socket);

describe('local listener', () => {
  it.each(['127.0.0.1:0', ':0', '[::1]:0', 'localhost:0'])('listens on %s', async (text) => {
    let source = '';
    const listener = await listen(text, (socket) => {
      keep(socket);
      source = sourceOf(socket, listener.address);
      socket.end('hello');
    });
    expect(listener.address.startsWith(text.slice(0, -1))).toBe(true);
    const socket = await dialTcp(listener.address);
    sockets.push(socket);
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    expect(String(chunk)).toBe('hello');
    expect(source).toMatch(text.includes('[') ? /^\[::1\]:\d+$/ : /^(127\.0\.0\.1|\[::1\]):\d+$/);
  });

  it('names the port that is in use', async () => {
    const { address } = await listen('127.0.0.1:0');
    const port = address.split(':')[1];
    await expect(listen(address)).rejects.toMatchObject({
      code: 'port-in-use',
      message: `port ${port} is in use by another program (${address})`,
    });
  });

  it('names an address that is not ours', async () => {
    await expect(listen('192.0.2.1:12948')).rejects.toMatchObject({
      code: 'listen-failed',
      message: expect.stringContaining('192.0.2.1:12948'),
    });
  });

  it('listens on a unix socket, and takes its file away at the end', async () => {
    const path = join(folder, 'a.sock');
    const listener = await listen(path, (socket) => {
      keep(socket);
      expect(sourceOf(socket, listener.address)).toBe(path);
      socket.end('hello');
    });
    expect(listener.address).toBe(path);
    const socket = connectLocally({ path });
    sockets.push(socket);
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    expect(String(chunk)).toBe('hello');
    for (const each of sockets.splice(0)) each.destroy();
    await open.pop()!.close();
    await expect(stat(path)).rejects.toThrow('ENOENT');
  });

  it('replaces a socket file nobody listens on', async () => {
    const path = join(folder, 'stale.sock');
    // a process that dies without a word leaves its file behind
    spawnSync(process.execPath, [
      '-e',
      `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`,
    ]);
    expect((await stat(path)).isSocket()).toBe(true);
    const { address } = await listen(path);
    const socket = await dialTcp(address);
    sockets.push(socket);
    expect(socket.readyState).toBe('open');
  });

  it('leaves a living socket and any other file alone', async () => {
    const path = join(folder, 'b.sock');
    await listen(path);
    await expect(listen(path)).rejects.toMatchObject({
      code: 'port-in-use',
      message: `unix socket ${path}: another program listens on it`,
    });
    const file = join(folder, 'c.sock');
    await writeFile(file, 'precious');
    await expect(listen(file)).rejects.toMatchObject({
      code: 'port-in-use',
      message: expect.stringContaining('no socket'),
    });
    expect((await stat(file)).size).toBe(8);
    await expect(listen(join(folder, 'none/d.sock'))).rejects.toMatchObject({ code: 'listen-failed' });
  });
});

describe('local connection', () => {
  it('reaches a port of this machine when no host is named', async () => {
    const server = createServer((socket) => socket.end('hello'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const socket = connectLocally({ host: '', minPort: port, maxPort: port });
    sockets.push(socket);
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    expect(String(chunk)).toBe('hello');
    socket.destroy();
    server.close();
    await once(server, 'close');
  });
});

describe('readFrom', () => {
  /** The accepted end and the dialled end of one connection, half-open as a pipe's are. */
  async function pair(): Promise<[Socket, Socket]> {
    let accepted: (socket: Socket) => void;
    const accept = new Promise<Socket>((resolve) => (accepted = resolve));
    const { address } = await listen('127.0.0.1:0', (socket) => {
      keep(socket);
      accepted(socket);
    });
    const dialled = connectLocally(readAddress('target', address));
    keep(dialled);
    return [await accept, dialled];
  }

  it.each(['accepted', 'dialled'])('gives every byte and the end to the %s end', async (which) => {
    const [accepted, dialled] = await pair();
    const [reader, writer] = which === 'accepted' ? [accepted, dialled] : [dialled, accepted];
    const sent = randomBytes(1_000_000);
    const got: Buffer[] = [];
    readFrom(reader, (bytes) => got.push(Buffer.from(bytes)));
    reader.resume();
    writer.end(sent);
    await once(reader, 'end');
    expect(Buffer.concat(got).equals(sent)).toBe(true);
  });

  it('reads nothing ahead while the socket is paused', async () => {
    const [reader, writer] = await pair();
    let got = 0;
    readFrom(reader, (bytes) => {
      got += bytes.length;
      reader.pause();
    });
    reader.resume();
    writer.end(Buffer.alloc(300_000));
    await expect.poll(() => got).toBeGreaterThan(0);
    const first = got;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([got, reader.readableLength]).toEqual([first, 0]);

    const ended = once(reader, 'end');
    const resume = setInterval(() => reader.resume(), 1);
    await ended;
    clearInterval(resume);
    expect(got).toBe(300_000);
  });

  it("listens to 'data' where the socket has no buffer to give", () => {
    const stream = new PassThrough();
    let got = '';
    readFrom(stream as unknown as Socket, (bytes) => (got += Buffer.from(bytes).toString()));
    stream.write('abc');
    stream.read(0);
    expect(got).toBe('abc');
  });
});
