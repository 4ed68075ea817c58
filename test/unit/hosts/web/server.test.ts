import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { WindowFiles } from '../../../../src-main/app/window-files.ts';
import { serveWeb, type WebServer } from '../../../../src-main/hosts/web/server.ts';
import type { ApiCore, Notify, RequestHandlers } from '../../../../shared/api.ts';

const TOKEN = 'the-right-token';

let folder = '';
let web: WebServer;
let host = '';
let attached = 0;
let notify: Notify;

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
  web = await serveWeb(core, new WindowFiles(join(folder, 'window')), 0, TOKEN);
  host = new URL(web.address).host;
});
afterEach(async () => {
  await web.close();
  rmSync(folder, { recursive: true });
});

async function get(path: string, headers: Record<string, string> = {}, method = 'GET') {
  const { hostname, port } = new URL(web.address);
  const asked = request({ hostname, port, path, method, headers: { host, ...headers }, agent: false }).end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode, headers: response.headers, text: Buffer.concat(chunks).toString() };
}

/** The status that the socket's opening is answered with; 101 when it opens. */
async function upgrade(path: string, headers: Record<string, string>): Promise<number> {
  const socket = new WebSocket(`ws://${host}${path}`, { headers, perMessageDeflate: false });
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

const api = `/api?token=${TOKEN}`;

describe('the web host', () => {
  it('listens on 127.0.0.1 and prints an address with the token where no server log sees it', () => {
    const url = new URL(web.address);
    expect(url.hostname).toBe('127.0.0.1');
    expect(url.hash).toBe(`#token=${TOKEN}`);
    expect(url.search).toBe('');
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
      expect((await get('/', { host: name })).status).toBe(403);
      expect(await upgrade(api, { host: name, origin: `http://${name}` })).toBe(403);
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
    expect(await upgrade(api, headers)).toBe(403);
    expect(attached).toBe(0);
  });

  it.each([
    '/api',
    '/api?token=',
    '/api?token=the-right-toke',
    '/api?token=the-wrong-token',
    `/?token=${TOKEN}`,
  ])('refuses a socket at %s', async (path) => {
    expect(await upgrade(path, { origin: `http://${host}` })).toBe(403);
    expect(attached).toBe(0);
  });

  it('takes a page of its own, by both of its names', async () => {
    const name = host.replace('127.0.0.1', 'localhost');
    expect(await upgrade(api, { origin: `http://${host}` })).toBe(101);
    expect(await upgrade(api, { host: name, origin: `http://${name}` })).toBe(101);
  });

  it('carries requests, answers and notifications, and detaches when the page is gone', async () => {
    const socket = new WebSocket(`ws://${host}${api}`, { origin: `http://${host}` });
    await once(socket, 'open');
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
    web = await serveWeb(core, new WindowFiles(join(folder, 'window')), 0, TOKEN);
  });

  it('says that the window is not built', () => {
    expect(() => new WindowFiles(folder)).toThrow(/not built.*npm run build/);
  });
});
