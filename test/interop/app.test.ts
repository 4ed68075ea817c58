import { createServer } from 'node:net';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { probeServer } from '../../src-main/engine/probe/index.ts';
import { Core } from '../../src-main/app/core.ts';
import { LogBook } from '../../src-main/app/log-book.ts';
import { openConf } from '../../src-main/store/conf-file.ts';
import { Store } from '../../src-main/store/store.ts';
import type { TunnelUpdate } from '../../shared/api.ts';
import { COUNTER_NAMES } from '../../shared/counters.ts';
import type { ProfileOptions } from '../../shared/profile.ts';
import type { TunnelState } from '../../shared/state.ts';
import { openWindow, temporaryFolder } from '../support/app-core.ts';
import { debianIsHere, KEY, type Peer, startServer } from '../support/peers.ts';
import { dialTcp, readSome, TestTarget } from '../support/tcp.ts';
import { until } from '../support/until.ts';

const WORKER = fileURLToPath(new URL('../../dist/node/worker.js', import.meta.url));

/** The core with real workers and engines, against a real server. */
let folder = '';
let core: Core;
let log: LogBook;
let client: ReturnType<typeof openWindow>['client'];
let workers: Worker[];
let echo: TestTarget;
let target = '';
const servers: Peer[] = [];
const latest = new Map<string, TunnelUpdate>();
const waiting = new Set<() => void>();

beforeEach(async () => {
  folder = temporaryFolder();
  workers = [];
  log = new LogBook();
  core = new Core({
    version: 'test',
    host: {
      kind: 'web',
      platform: process.platform,
      tray: false,
      loginItem: false,
      notifications: false,
      updates: 'none',
    },
    store: new Store(openConf(folder), null),
    log,
    counters: join(folder, 'counters'),
    probe: probeServer,
    spawn: (workerData) => {
      const worker = new Worker(WORKER, { workerData });
      workers.push(worker);
      return worker;
    },
  });
  ({ client } = openWindow(core));
  latest.clear();
  client.on('tunnel', (update) => {
    latest.set(update.id, { ...latest.get(update.id), ...update });
    for (const look of waiting) look();
  });
  echo = new TestTarget((socket) => socket.pipe(socket));
  target = await echo.listen();
});
afterEach(async () => {
  await core.close();
  for (const server of servers.splice(0)) await server.stop('SIGKILL');
  await echo.close();
  rmSync(folder, { recursive: true });
});

async function server(flags: Record<string, string | number> = {}): Promise<Peer> {
  const started = await startServer('debian', { target, ...flags });
  servers.push(started);
  return started;
}

async function profile(remoteaddr: string, options: ProfileOptions = {}): Promise<string> {
  const made = { localaddr: '127.0.0.1:0', remoteaddr, key: KEY, smuxver: 1, ...options };
  return (await client.request('profiles.create', { name: remoteaddr, options: made })).id;
}

/** The first news of the tunnel that `accept` accepts. */
function news<T>(id: string, accept: (update: TunnelUpdate) => T | undefined | false): Promise<T> {
  return new Promise((resolve) => {
    const look = (): void => {
      const update = latest.get(id);
      const found = update && accept(update);
      if (found === undefined || found === false) return;
      waiting.delete(look);
      resolve(found);
    };
    waiting.add(look);
    look();
  });
}

const inState = <K extends TunnelState['kind']>(
  id: string,
  kind: K,
  accept: (state: Extract<TunnelState, { kind: K }>) => boolean = () => true,
) =>
  news(id, ({ state }) => {
    const wanted = state?.kind === kind ? (state as Extract<TunnelState, { kind: K }>) : undefined;
    return wanted && accept(wanted) ? wanted : undefined;
  });

async function echoes(address: string, text: string): Promise<string> {
  const socket = await dialTcp(address);
  socket.write(text);
  const answer = String(await readSome(socket, text.length));
  socket.destroy();
  return answer;
}

describe('the demo', () => {
  it('is up, with charts that move, within five seconds', async () => {
    const began = performance.now();
    await client.request('demo.start');
    await inState('demo', 'connected');
    await news('demo', ({ statistics }) => statistics !== undefined && statistics.sample.up > 0);
    expect(performance.now() - began).toBeLessThan(5000);
    expect((await client.request('tunnels.connections', { id: 'demo' })).length).toBeGreaterThan(0);
    await client.request('demo.stop');
    expect((await client.request('snapshot')).profiles).toEqual([]);
  });
});

describe.skipIf(!debianIsHere)('a tunnel to a real server', () => {
  it('connects, carries data, and counts it', async () => {
    const { port } = await server();
    const id = await profile(`127.0.0.1:${port}`);
    await client.request('tunnels.start', { id });
    const { address } = await inState(id, 'connected');
    expect(await echoes(address, 'hello')).toBe('hello');
    const { counters } = await news(
      id,
      ({ statistics }) => statistics && statistics.totals.down >= 5 && statistics,
    );
    expect(counters.InCsumErrors).toBe(0);
    expect(JSON.stringify(log.tail(undefined, 5000))).not.toContain(KEY);
  });

  it("calls a wrong key 'no answer' with the likely causes, and connects once it is mended", async () => {
    const { port } = await server();
    const id = await profile(`127.0.0.1:${port}`, { key: 'wrong' });
    await client.request('tunnels.start', { id });
    const { diagnosis } = await inState(id, 'connecting', (state) => state.diagnosis !== null);
    expect(diagnosis).toMatchObject({
      code: 'no-answer',
      likely: expect.arrayContaining(['wrong-key', 'wrong-crypt']),
    });
    const { options } = core.profiles[0];
    await client.request('profiles.update', { id, patch: { options: { ...options, key: KEY } } });
    await client.request('tunnels.restart', { id });
    await inState(id, 'connected');
  });

  it('says that it reconnects while the server is away, and is back when the server is', async () => {
    const first = await server();
    const id = await profile(`127.0.0.1:${first.port}`);
    await client.request('tunnels.start', { id });
    const { address } = await inState(id, 'connected');
    await first.stop('SIGKILL');
    // something must be sent for the silence to be noticed
    const socket = await dialTcp(address);
    socket.write('anybody there?');
    await inState(id, 'reconnecting');
    await server({ listen: `127.0.0.1:${first.port}` });
    await inState(id, 'connected');
    socket.destroy();
    expect(await echoes(address, 'back')).toBe('back');
  }, 90_000);

  it('leaves the other tunnels alone when the worker of one dies, and starts another', async () => {
    const { port } = await server();
    const [a, b] = [await profile(`127.0.0.1:${port}`), await profile(`127.0.0.1:${port}`)];
    await client.request('tunnels.startAll');
    await inState(a, 'connected');
    const { address, since } = await inState(b, 'connected');
    void workers[0].terminate();
    const { diagnosis, nextTryAt } = await inState(a, 'failed');
    expect(diagnosis.code).toBe('worker-died');
    expect(nextTryAt).toBeGreaterThan(Date.now());
    expect(await echoes(address, 'untouched')).toBe('untouched');
    await inState(a, 'connected');
    expect(latest.get(b)?.state).toMatchObject({ kind: 'connected', since });
  });
});

describe('a tunnel that cannot work', () => {
  it('names the port that is in use, once', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const bound = taken.address();
    const localaddr = `127.0.0.1:${typeof bound === 'object' && bound ? bound.port : 0}`;
    const id = await profile('127.0.0.1:9', { localaddr });
    await client.request('tunnels.start', { id });
    const state = await inState(id, 'failed');
    expect(state).toMatchObject({
      diagnosis: { code: 'port-in-use', address: localaddr },
      nextTryAt: null,
    });
    await new Promise((resolve) => taken.close(resolve));
    await client.request('tunnels.start', { id });
    await inState(id, 'connecting');
  });

  it('names a name that does not resolve, and keeps trying', async () => {
    const id = await profile('nowhere.invalid:29900');
    await client.request('tunnels.start', { id });
    const { diagnosis } = await inState(id, 'connecting', (state) => state.nextTryAt !== null);
    expect(diagnosis).toMatchObject({ code: 'resolve-failed', remote: 'nowhere.invalid:29900' });
  });

  it('writes its counters under the name that snmplog says, in a folder of the app', async () => {
    const id = await profile('127.0.0.1:9', { snmplog: '../snmp.csv', snmpperiod: 1 });
    const snmplog = join(folder, 'counters', id, 'snmp.csv');
    await client.request('tunnels.start', { id });
    await inState(id, 'connecting');
    const text = () => (existsSync(snmplog) ? readFileSync(snmplog, 'utf8') : '');
    await until('a line of counters', () => /^Unix,BytesSent,.*\n\d+,/.test(text()));
    await client.request('tunnels.stop', { id });
    expect(text().trimEnd().split('\n')[1].split(',')).toHaveLength(COUNTER_NAMES.length + 1);
    expect(statSync(snmplog).mode & 0o777).toBe(0o600);
  });
});
