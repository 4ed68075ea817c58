import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import WebSocket from 'ws';
import { WindowFiles } from '../../../../src-main/app/window-files.ts';
import { serveWeb, WEB_LIMITS, type WebServer } from '../../../../src-main/hosts/web/server.ts';
import type { ApiCore, Notify, RequestHandlers } from '../../../../shared/api.ts';

let folder = '';
let web: WebServer;
let host = '';
let attached = 0;
let notify: Notify;
const addresses: string[] = [];

const core: ApiCore = {
  attach(told) {
    attached++;
    notify = told;
    return {
      handlers: { 'log.tail': () => [] } as Partial<RequestHandlers> as RequestHandlers,
      detach: () => void attached--,
    };
  },
};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kcptun-web-'));
  mkdirSync(join(folder, 'window', 'assets'), { recursive: true });
  writeFileSync(join(folder, 'secret.js'), 'secret');
  writeFileSync(join(folder, 'window', 'index.html'), '<!doctype html>');
  writeFileSync(join(folder, 'window', 'notes.txt'), 'not for browsers');
  writeFileSync(join(folder, 'window', 'assets', 'a-1.js'), 'export {}');
  attached = 0;
  addresses.length = 0;
  await serve();
});
async function serve(limits = WEB_LIMITS): Promise<void> {
  const files = new WindowFiles(join(folder, 'window'));
  web = await serveWeb(core, files, 0, (address) => addresses.push(address), limits);
  host = new URL(web.address).host;
}
afterEach(async () => {
  await web.close();
  rmSync(folder, { recursive: true });
});

async function get(path: string, headers: Record<string, string> = {}, method = 'GET', body = '') {
  const { hostname, port } = new URL(web.address);
  const asked = request({ hostname, port, path, method, headers: { host, ...headers }, agent: false });
  asked.end(body);
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode, headers: response.headers, text: Buffer.concat(chunks).toString() };
}

const codeOf = (address: string): string => new URL(address).hash.replace('#code=', '');
const exchange = (code: string, origin = `http://${host}`) => get('/session', { origin }, 'POST', code);
/** What a page that was opened with the printed address knows. */
const secret = async (): Promise<string> => (await exchange(codeOf(web.address))).text;

/** The status that the socket's opening is answered with; 101 when it opens. */
async function upgrade(
  path: string,
  headers: Record<string, string>,
  protocols = ['kcptun'],
): Promise<number> {
  const socket = new WebSocket(`ws://${host}${path}`, protocols, { headers, perMessageDeflate: false });
  socket.on('error', () => undefined);
  return new Promise((resolve) => {
    socket.on('open', () => {
      socket.on('close', () => resolve(101));
      socket.close();
    });
    socket.on('unexpected-response', (_request, response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
  });
}

describe('the web host', () => {
  it('listens on 127.0.0.1 and prints an address with a code where no server log sees it', () => {
    const url = new URL(web.address);
    expect(url.hostname).toBe('127.0.0.1');
    expect(url.hash).toMatch(/^#code=[\w-]{32}$/);
    expect(url.search).toBe('');
  });

  it('lets one window in for each code, and tells the next one', async () => {
    const first = web.address;
    const { status, text, headers } = await exchange(codeOf(first));
    expect([status, headers['cache-control']]).toEqual([200, 'no-store']);
    expect(text).toMatch(/^[\w-]{32}$/);
    expect(addresses).toEqual([web.address]);
    expect(web.address).not.toBe(first);
    // read from the arguments of the browser's process, or from its session file: too late
    expect((await exchange(codeOf(first))).status).toBe(403);
    expect((await exchange(text)).status).toBe(403);
    const second = await exchange(codeOf(web.address));
    expect(second.status).toBe(200);
    const origin = { origin: `http://${host}` };
    for (const good of [text, second.text]) expect(await upgrade('/api', origin, ['kcptun', good])).toBe(101);
    await vi.waitFor(() => expect(attached).toBe(0));
  });

  it.each(['', 'a', 'x'.repeat(32), 'x'.repeat(1 << 20)])(
    'gives nothing for a code of its own making',
    async (code) => {
      const before = web.address;
      expect((await exchange(code)).status).toBe(403);
      expect(web.address).toBe(before);
    },
  );

  it('gives nothing to a page of another host', async () => {
    expect((await exchange(codeOf(web.address), 'http://evil.example')).status).toBe(403);
    expect((await get('/session', {}, 'POST', codeOf(web.address))).status).toBe(403);
    expect(addresses).toEqual([]);
  });

  it('serves the window under a strict policy', async () => {
    const page = await get('/');
    expect([page.status, page.text]).toEqual([200, '<!doctype html>']);
    const policy = String(page.headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain(`connect-src 'self' ws://${host};`);
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(page.headers['x-content-type-options']).toBe('nosniff');
    expect((await get('/assets/a-1.js')).headers['content-type']).toContain('text/javascript');
    expect((await get('/', {}, 'HEAD')).text).toBe('');
  });

  it.each([
    '/../secret.js',
    '/%2e%2e/secret.js',
    '/assets/../../secret.js',
    '/notes.txt',
    '/assets',
    '//secret.js',
    '//',
    '//[',
  ])('has no %s', async (path) => expect((await get(path)).status).toBe(404));

  it('answers to no method but GET', async () => {
    expect((await get('/', {}, 'POST')).status).toBe(405);
  });

  it.each(['evil.example', 'evil.example:80', '127.0.0.1', '127.0.0.1:1', 'localhost', '[::1]', '0.0.0.0'])(
    'refuses a page that calls it %s: its name was rebound',
    async (name) => {
      const known = ['kcptun', await secret()];
      expect((await get('/', { host: name })).status).toBe(403);
      expect(await upgrade('/api', { host: name, origin: `http://${name}` }, known)).toBe(403);
      expect(attached).toBe(0);
    },
  );

  it.each([
    undefined,
    'null',
    'http://evil.example',
    'https://HOST',
    'http://HOST.evil.example',
    'http://localhost:1',
  ])('refuses a socket from a page of %s', async (origin) => {
    const headers: Record<string, string> = origin ? { origin: origin.replace('HOST', host) } : {};
    expect(await upgrade('/api', headers, ['kcptun', await secret()])).toBe(403);
    expect(attached).toBe(0);
  });

  it('refuses a socket without a secret, with a used code or anywhere else', async () => {
    const code = codeOf(web.address);
    const known = await secret();
    const origin = { origin: `http://${host}` };
    for (const protocols of [['kcptun'], ['kcptun', code], ['kcptun', known.slice(1)], [known, 'kcptun']])
      expect(await upgrade('/api', origin, protocols)).toBe(403);
    for (const path of ['/', '/session', '/api/', `/api?secret=${known}`])
      expect(await upgrade(path, origin, ['kcptun', known])).toBe(403);
    expect(attached).toBe(0);
  });

  it('takes a page of its own, by both of its names', async () => {
    const name = host.replace('127.0.0.1', 'localhost');
    const known = ['kcptun', await secret()];
    expect(await upgrade('/api', { origin: `http://${host}` }, known)).toBe(101);
    expect(await upgrade('/api', { host: name, origin: `http://${name}` }, known)).toBe(101);
    await vi.waitFor(() => expect(attached).toBe(0));
  });

  it('carries requests, answers and notifications, and detaches when the page is gone', async () => {
    const socket = await openSocket();
    const heard: unknown[] = [];
    socket.on('message', (data) => heard.push(JSON.parse(String(data))));
    const said = async (text: string) => {
      const answered = once(socket, 'message');
      socket.send(text);
      await answered;
    };
    await said(JSON.stringify({ id: 1, request: 'log.tail', args: {} }));
    await said('{no json');
    await said(JSON.stringify({ id: 2, request: 'log.tail', args: { limit: 'all' } }));
    const told = once(socket, 'message');
    notify('notices', []);
    await told;
    expect(heard).toMatchObject([
      { id: 1, result: [] },
      { id: -1, error: { code: 'bad-request' } },
      { id: 2, error: { code: 'bad-argument' } },
      { notification: 'notices', data: [] },
    ]);
    expect(attached).toBe(1);
    const closed = once(socket, 'close');
    await web.close();
    await closed;
    expect(attached).toBe(0);
    await serve();
  });

  /** A connection that says so much, and what becomes of it. */
  function half(text: string): { socket: Socket; closed: Promise<unknown> } {
    const socket = connect(Number(new URL(web.address).port), '127.0.0.1', () => socket.write(text));
    socket.on('error', () => undefined).resume();
    return { socket, closed: new Promise((resolve) => socket.on('close', resolve)) };
  }
  async function openSocket(): Promise<WebSocket> {
    const socket = new WebSocket(`ws://${host}/api`, ['kcptun', await secret()], {
      origin: `http://${host}`,
    });
    await once(socket, 'open');
    return socket;
  }

  it('keeps no refused, unfinished or silent connection', async () => {
    await web.close();
    await serve({ ...WEB_LIMITS, requestMs: 200, idleMs: 200 });
    const upgrade = `GET /api HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n`;
    // never a word, half a request, half a body, a refusal that is not read, a request and then nothing
    await Promise.all([
      half('').closed,
      half(upgrade).closed,
      half(`POST /session HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 9\r\n\r\nab`).closed,
      half(`${upgrade}\r\n`).closed,
      half(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`).closed,
    ]);
  });

  it('drops the oldest of too many connections, and no window', async () => {
    await web.close();
    await serve({ ...WEB_LIMITS, connections: 8 });
    const window = await openSocket();
    const strangers = Array.from({ length: 30 }, () => half('GET '));
    await Promise.all(strangers.slice(0, 22).map(({ closed }) => closed));
    expect((await get('/')).status).toBe(200);
    expect(window.readyState).toBe(window.OPEN);
    for (const { socket } of strangers) socket.destroy();
    window.terminate();
    await vi.waitFor(() => expect(attached).toBe(0));
  });

  it('opens so many windows, and ends those that do not answer a ping', async () => {
    await web.close();
    await serve({ ...WEB_LIMITS, windows: 1, pingMs: 100 });
    const answering = await openSocket();
    const origin = { origin: `http://${host}` };
    expect(await upgrade('/api', origin, ['kcptun', await secret()])).toBe(503);
    await once(answering, 'ping');
    await once(answering, 'ping');
    expect(attached).toBe(1);
    answering.terminate();
    await vi.waitFor(() => expect(attached).toBe(0));
    const silent = new WebSocket(`ws://${host}/api`, ['kcptun', await secret()], {
      ...origin,
      autoPong: false,
    });
    await once(silent, 'open');
    await once(silent, 'close');
    await vi.waitFor(() => expect(attached).toBe(0));
  });

  it('says that the window is not built', () => {
    expect(() => new WindowFiles(folder)).toThrow(/not built.*npm run build/);
  });
});
