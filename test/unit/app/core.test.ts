import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { appCore, openWindow, temporaryFolder } from '../../support/app-core.ts';
import { streamSnapshot } from '../../support/snapshots.ts';
import { engineSnapshot } from '../../support/snapshots.ts';
import type { Notifications, TunnelUpdate } from '../../../shared/api.ts';
import { MOST_PROFILES } from '../../../shared/profile.ts';
import { ApiError, type ErrorCode } from '../../../shared/errors.ts';

let folder = '';
let app: ReturnType<typeof appCore>;
let client: ReturnType<typeof openWindow>['client'];
let messages: () => number;

beforeEach(() => {
  vi.useFakeTimers({
    now: 1_000_000,
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'],
  });
  folder = temporaryFolder();
  app = appCore(folder);
  ({ client, messages } = openWindow(app.core));
});
afterEach(async () => {
  await app.core.close();
  app.remove();
  vi.useRealTimers();
});

const create = (name: string, options = {}) =>
  client.request('profiles.create', {
    name,
    options: { remoteaddr: 'example.com:29900', key: 'hunter2', ...options },
  });

async function refusal(promise: Promise<unknown>): Promise<ApiError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ApiError);
  return error as ApiError;
}
const refused = async (promise: Promise<unknown>, code: ErrorCode) =>
  expect((await refusal(promise)).code).toBe(code);

const names = async () => (await client.request('snapshot')).profiles.map(({ name }) => name);
const stateOf = async (id: string) =>
  (await client.request('snapshot')).tunnels.find((one) => one.id === id)?.state;

function heard<N extends keyof Notifications>(name: N): Notifications[N][] {
  const all: Notifications[N][] = [];
  client.on(name, (data) => all.push(data));
  return all;
}

describe('profiles', () => {
  it('gives all for the first paint in one snapshot', async () => {
    const profile = await create('one');
    expect(await client.request('snapshot')).toEqual({
      version: '1.2.3',
      updates: { kind: 'unknown' },
      host: expect.objectContaining({ kind: 'web' }),
      settings: expect.objectContaining({ theme: 'system' }),
      profiles: [profile],
      tunnels: [{ id: profile.id, state: { kind: 'off' } }],
      notices: [],
      keys: { keyring: false, passphrase: 'none' },
    });
  });

  it('creates with loopback for the local address, and tells every window', async () => {
    const told = heard('profiles');
    const other = openWindow(app.core);
    const toldToo: unknown[] = [];
    other.client.on('profiles', (profiles) => toldToo.push(profiles));
    const profile = await create('one');
    expect(profile).toMatchObject({ name: 'one', autostart: false, demo: false, extra: {} });
    expect(profile.options).toEqual({
      localaddr: '127.0.0.1:12948',
      remoteaddr: 'example.com:29900',
      key: 'hunter2',
    });
    expect(told).toEqual([[profile]]);
    expect(toldToo).toEqual(told);
    other.close();
  });

  it('refuses options that cannot work, naming the field and not the key', async () => {
    const error = await refusal(create('one', { mtu: 20, crypt: 'rot13' }));
    expect(error.code).toBe('bad-option');
    expect(error.fields.map(({ field }) => field).sort()).toEqual(['crypt', 'mtu']);
    expect(JSON.stringify(error)).not.toContain('hunter2');
    expect(await names()).toEqual([]);
    const { id } = await create('two');
    await refused(
      client.request('profiles.update', { id, patch: { options: { sndwnd: -1 } } }),
      'bad-option',
    );
    expect((await client.request('snapshot')).profiles[0].options.sndwnd).toBeUndefined();
  });

  it('updates only what the patch says; options are replaced as a whole', async () => {
    const { id } = await create('one', { mtu: 1200 });
    const renamed = await client.request('profiles.update', { id, patch: { name: 'renamed' } });
    expect(renamed.options.mtu).toBe(1200);
    const changed = await client.request('profiles.update', { id, patch: { options: { conn: 4 } } });
    expect(changed).toMatchObject({ id, name: 'renamed', options: { conn: 4 } });
    expect(changed.options.mtu).toBeUndefined();
    await refused(client.request('profiles.update', { id: 'nobody', patch: {} }), 'not-found');
  });

  it('clones behind the original under a name of its own', async () => {
    const { id } = await create('one');
    await create('two');
    await client.request('profiles.update', { id, patch: { autostart: true } });
    const copy = await client.request('profiles.clone', { id });
    expect(copy).toMatchObject({ name: 'one 2', autostart: false, options: { key: 'hunter2' } });
    await client.request('profiles.clone', { id });
    expect(await names()).toEqual(['one', 'one 3', 'one 2', 'two']);
  });

  it('removes, and restores in the old places; each undo works once', async () => {
    const ids = [];
    for (const name of ['a', 'b', 'c', 'd']) ids.push((await create(name)).id);
    const { undo } = await client.request('profiles.remove', { ids: [ids[0], ids[2]] });
    expect(await names()).toEqual(['b', 'd']);
    await client.request('profiles.restore', { undo });
    expect(await names()).toEqual(['a', 'b', 'c', 'd']);
    await refused(client.request('profiles.restore', { undo }), 'not-found');
    await refused(client.request('profiles.remove', { ids: [ids[0], 'nobody'] }), 'not-found');
    expect(await names()).toHaveLength(4);
  });

  it('reorders by every id, once', async () => {
    const [a, b, c] = [await create('a'), await create('b'), await create('c')].map(({ id }) => id);
    await client.request('profiles.reorder', { ids: [c, a, b] });
    expect(await names()).toEqual(['c', 'a', 'b']);
    for (const ids of [
      [a, b],
      [a, b, b],
      [a, b, 'x'],
    ]) {
      await refused(client.request('profiles.reorder', { ids }), 'bad-argument');
    }
  });

  it('is there again after a restart', async () => {
    const profile = await create('one');
    await client.request('settings.update', { theme: 'dark' });
    const again = appCore(folder);
    expect(again.core.profiles).toEqual([profile]);
    expect(again.core.settings.theme).toBe('dark');
    await again.core.close();
  });
});

describe('import and export', () => {
  const source = (name: string, value: unknown) => ({
    name,
    text: typeof value === 'string' ? value : JSON.stringify(value),
  });

  it('comes back the same in meaning, unknown keys included', async () => {
    const original = await create('Tokyo: fast/er', {
      crypt: 'salsa20',
      mode: 'manual',
      nodelay: 1,
      smuxver: 1,
    });
    await client.request('profiles.update', { id: original.id, patch: { extra: { future: { deep: [1] } } } });
    const [file] = await client.request('profiles.export', {});
    expect(file.name).toBe('Tokyo_ fast_er.json');
    const { imported, refused: none } = await client.request('profiles.import', { sources: [file] });
    expect(none).toEqual([]);
    const [{ profile }] = imported;
    expect(profile.name).toBe('Tokyo_ fast_er');
    expect(profile.extra).toEqual({ future: { deep: [1] } });
    const [again] = await client.request('profiles.export', { ids: [profile.id] });
    expect(JSON.parse(again.text)).toEqual(JSON.parse(file.text));
  });

  it('takes several files at once, and says what is wrong with the others', async () => {
    const result = await client.request('profiles.import', {
      sources: [
        source('config.json', { remoteaddr: 'a.example:1', key: 'k' }),
        source('broken.json', '{'),
        source('note.txt', 'hello'),
        source('server.json', { listen: ':29900', target: '127.0.0.1:80', key: 'k' }),
      ],
    });
    expect(result.imported.map(({ profile, source }) => [profile.name, source])).toEqual([
      ['a.example', 'config.json'],
    ]);
    expect(result.refused.map(({ source, code }) => [source, code])).toEqual([
      ['broken.json', 'bad-json'],
      ['note.txt', 'not-recognised'],
      ['server.json', 'server-config'],
    ]);
    expect(await names()).toEqual(['a.example']);
  });

  it('takes no more of a great many than there is room for, in one write', async () => {
    const links = Array.from({ length: 5000 }, (_, i) => `kcptun://--r=h${i}.example:1`).join('\n');
    await create('one');
    const writes = vi.spyOn(app.store, 'profiles', 'set');
    const result = await client.request('profiles.import', { sources: [source('links', links)] });
    expect(writes).toHaveBeenCalledTimes(1);
    expect(result.imported).toHaveLength(MOST_PROFILES - 1);
    expect(result.refused.map(({ code }) => code)).toEqual(['too-many']);
    await refused(create('another'), 'too-many');
    await refused(client.request('profiles.clone', { id: result.imported[0].profile.id }), 'too-many');
    const again = appCore(folder);
    expect(again.core.profiles).toHaveLength(MOST_PROFILES);
    await again.core.close();
  });

  it.each([2000, 5000, 100_000])(
    'is not ended by a value that nests %d deep, now or at the next start',
    async (depth) => {
      const deep = `${'['.repeat(depth)}${']'.repeat(depth)}`;
      const { imported } = await client.request('profiles.import', {
        sources: [
          source('deep.json', `[{"remoteaddr":"a:1","x":${deep}},{"remoteaddr":"b:2","mtu":${deep}}]`),
        ],
      });
      expect(imported.map(({ profile }) => profile.name)).toEqual(['a', 'b']);
      const again = appCore(folder);
      expect(again.core.profiles).toEqual(app.core.profiles);
      await again.core.close();
    },
  );

  it('tells once of a source that holds a hundred servers', async () => {
    const servers = Array(100).fill({ listen: ':1', target: 'a:1' });
    const result = await client.request('profiles.import', { sources: [source('all.json', servers)] });
    expect(result.refused.map(({ code }) => code)).toEqual(['server-config']);
  });

  it("converts a server's file where that is wanted", async () => {
    const sources = [
      source('home.json', { listen: ':4000', target: '127.0.0.1:80', key: 'k', crypt: 'sm4' }),
    ];
    const { imported } = await client.request('profiles.import', { sources, convertServers: true });
    expect(imported[0].profile).toMatchObject({ name: 'home', options: { crypt: 'sm4', key: 'k' } });
    expect(imported[0].notes.map(({ code }) => code)).toContain('server-config');
  });

  it('exports all, each under a name of its own, as files, commands or links', async () => {
    await create('same');
    await create('same');
    const files = await client.request('profiles.export', { format: 'command' });
    expect(files.map(({ name }) => name)).toEqual(['same.sh', 'same (2).sh']);
    expect(files[0].text).toContain('--remoteaddr example.com:29900');
    const [link] = await client.request('profiles.export', { format: 'link' });
    expect(link.text).toMatch(/^kcptun:\/\//);
  });

  it("gives the server's side, with the key only where it is asked for", async () => {
    const { id } = await create('one', { crypt: 'salsa20' });
    const open = await client.request('profiles.serverCommand', { id });
    expect(open.command + open.json).not.toContain('hunter2');
    expect(JSON.parse(open.json)).toMatchObject({ crypt: 'salsa20' });
    const secret = await client.request('profiles.serverCommand', { id, withKey: true });
    expect(JSON.parse(secret.json)).toMatchObject({ key: 'hunter2' });
  });
});

describe('tunnels', () => {
  it('starts a worker with the options of the profile and all the defaults', async () => {
    const { id } = await create('one', { crypt: 'sm4' });
    await client.request('tunnels.start', { id });
    expect(app.workers[0].spec).toMatchObject({
      role: 'client',
      options: { crypt: 'sm4', mtu: 1350, mode: 'fast', localaddr: '127.0.0.1:12948' },
      udp: 'auto',
    });
    app.workers[0].listen();
    app.workers[0].connect();
    expect(await stateOf(id)).toMatchObject({ kind: 'connected' });
    await client.request('tunnels.stop', { id });
    expect(await stateOf(id)).toEqual({ kind: 'off' });
    await refused(client.request('tunnels.start', { id: 'nobody' }), 'not-found');
  });

  it('lets a tunnel write its counters in its own folder only', async () => {
    for (const snmplog of ['/home/me/.ssh/snmp-2006.csv', '../../snmp-2006.csv', 'a\\b\\snmp-2006.csv']) {
      const { id } = await create('one', { snmplog });
      await client.request('tunnels.start', { id });
      expect(app.workers.at(-1)!.spec.options.snmplog).toBe(join(folder, 'counters', id, 'snmp-2006.csv'));
    }
    const { id } = await create('none');
    await client.request('tunnels.start', { id });
    expect(app.workers.at(-1)!.spec.options.snmplog).toBe('');
  });

  it('starts and stops all', async () => {
    const ids = [await create('a'), await create('b')].map(({ id }) => id);
    await client.request('tunnels.startAll');
    expect(app.workers).toHaveLength(2);
    await client.request('tunnels.stopAll');
    for (const id of ids) expect(await stateOf(id)).toEqual({ kind: 'off' });
  });

  it('restarts with what the profile says now', async () => {
    const { id } = await create('one');
    await client.request('tunnels.start', { id });
    await client.request('profiles.update', { id, patch: { options: { remoteaddr: 'other.example:1' } } });
    expect(app.workers).toHaveLength(1);
    await client.request('tunnels.restart', { id });
    expect(app.workers).toHaveLength(2);
    expect(app.workers[1].spec.options).toMatchObject({ remoteaddr: 'other.example:1' });
  });

  it('stops what is removed, and leaves it off when it comes back', async () => {
    const { id } = await create('one');
    await client.request('tunnels.start', { id });
    const { undo } = await client.request('profiles.remove', { ids: [id] });
    expect(app.workers[0].received).toEqual([{ kind: 'close' }]);
    await client.request('profiles.restore', { undo });
    expect(await stateOf(id)).toEqual({ kind: 'off' });
  });

  it('tells a tunnel at most twice a second, and loses nothing of it', async () => {
    const { id } = await create('one');
    const news: TunnelUpdate[] = [];
    client.on('tunnel', (update) => news.push(update));
    await client.request('tunnels.start', { id });
    const [worker] = app.workers;
    worker.listen();
    const before = messages();
    for (let i = 0; i < 100; i++) {
      worker.connect();
      worker.lose();
      await vi.advanceTimersByTimeAsync(100);
    }
    worker.connect();
    worker.tick(500);
    await vi.advanceTimersByTimeAsync(1000);
    expect(messages() - before).toBeLessThanOrEqual(2 * 11 + 1);
    expect(news.at(-1)).toMatchObject({
      id,
      state: { kind: 'connected' },
      statistics: { totals: { up: 500 } },
    });
  });

  it('sends connections to the window that watches them, and to no other', async () => {
    const { id } = await create('one');
    await client.request('tunnels.start', { id });
    const other = openWindow(app.core);
    const seen: [unknown[], unknown[]] = [[], []];
    client.on('tunnel', ({ connections }) => seen[0].push(connections));
    other.client.on('tunnel', ({ connections }) => seen[1].push(connections));
    await client.request('tunnels.watchConnections', { id });
    app.workers[0].listen();
    await vi.advanceTimersByTimeAsync(1000);
    const streams = [streamSnapshot('1:3')];
    app.workers[0].report({ tick: true, snapshot: engineSnapshot(Date.now(), {}, { streams }) });
    await vi.advanceTimersByTimeAsync(500);
    expect(seen[0].at(-1)).toEqual([{ ...streams[0], closedAt: null }]);
    expect(seen[1].every((connections) => connections === undefined)).toBe(true);
    expect(await client.request('tunnels.connections', { id })).toHaveLength(1);
    await client.request('tunnels.watchConnections', { id: null });
    app.workers[0].tick();
    await vi.advanceTimersByTimeAsync(500);
    expect(seen[0].at(-1)).toBeUndefined();
    other.close();
  });

  it('keeps the history for a window that opens later', async () => {
    const { id } = await create('one');
    await client.request('tunnels.start', { id });
    app.workers[0].listen();
    for (let i = 1; i <= 3; i++) {
      vi.setSystemTime(1_000_000 + i * 1000);
      app.workers[0].tick(i * 100);
    }
    const { seconds } = await client.request('tunnels.history', { id });
    expect(seconds.map(({ up }) => up)).toEqual([100, 100, 100]);
    const { tunnels } = await client.request('snapshot');
    expect(tunnels[0].statistics?.totals.up).toBe(300);
  });
});

describe('a key that is sealed elsewhere', () => {
  it('is not replaced by another, handed out or copied, and comes back with its keyring', async () => {
    const { id } = await create('one');
    await app.core.close();
    const keyring = {
      seal: (key: string) => [...key].reverse().join(''),
      open: (text: string) => [...text].reverse().join(''),
    };
    await appCore(folder, {}, keyring).core.close();

    app = appCore(folder);
    ({ client } = openWindow(app.core));
    const [profile] = (await client.request('snapshot')).profiles;
    expect(profile).toMatchObject({ missingKey: 'unreadable' });
    await refused(client.request('tunnels.start', { id }), 'key-missing');
    await refused(client.request('profiles.clone', { id }), 'key-missing');
    await refused(client.request('profiles.export', {}), 'key-missing');
    await refused(client.request('profiles.serverCommand', { id, withKey: true }), 'key-missing');
    expect((await client.request('profiles.serverCommand', { id })).command).toContain('THE-SHARED-KEY');
    expect(app.workers).toEqual([]);
    const { key: _, ...options } = profile.options;
    await client.request('profiles.update', { id, patch: { options: { ...options, mtu: 1200 } } });
    await app.core.close();

    app = appCore(folder, {}, keyring);
    expect(app.core.profiles[0]).toMatchObject({ options: { key: 'hunter2', mtu: 1200 } });
    ({ client } = openWindow(app.core));
    await client.request('tunnels.start', { id });
    expect(app.workers[0].spec.options.key).toBe('hunter2');
  });
});

describe('a passphrase', () => {
  const passphrase = 'correct horse';

  async function restart(): Promise<void> {
    await app.core.close();
    app = appCore(folder);
    app.core.restore();
    ({ client } = openWindow(app.core));
  }

  it('is waited for before the tunnels whose keys it seals are brought up, however often that starts', async () => {
    const [a, b, c] = [await create('a'), await create('b'), await create('c')];
    await client.request('profiles.update', { id: a.id, patch: { autostart: true } });
    await client.request('tunnels.start', { id: b.id });
    await client.request('keys.setPassphrase', { passphrase });
    await restart();
    expect(app.workers).toEqual([]);
    expect(app.core.waitsForPassphrase).toBe(true);
    await refused(client.request('tunnels.start', { id: c.id }), 'key-missing');
    await restart();
    const told = heard('keys');
    await refused(client.request('keys.unlock', { passphrase: 'wrong' }), 'wrong-passphrase');
    expect(app.workers).toEqual([]);
    await client.request('keys.unlock', { passphrase });
    expect(told).toEqual([{ keyring: false, passphrase: 'open' }]);
    expect(app.workers.map(({ spec }) => spec.options.key)).toEqual(['hunter2', 'hunter2']);
    expect(app.core.waitsForPassphrase).toBe(false);
    await client.request('tunnels.stop', { id: b.id });
    await restart();
    await client.request('keys.unlock', { passphrase });
    expect(app.workers).toHaveLength(1);
  });

  it('is refused where it is short, and neither it nor a key is in what is refused', async () => {
    await create('a');
    const error = await refusal(client.request('keys.setPassphrase', { passphrase: 'horse' }));
    expect(error.fields).toMatchObject([{ field: 'passphrase' }]);
    expect(JSON.stringify(error) + error.message).not.toContain('horse');
  });

  it('locks new keys out until it is given, and lets the keys alone be forgotten', async () => {
    await create('a');
    await client.request('keys.setPassphrase', { passphrase });
    await restart();
    await refused(create('b'), 'keys-locked');
    await refused(
      client.request('profiles.import', { sources: [{ name: 'x', text: '{"remoteaddr":"a:1","key":"k"}' }] }),
      'keys-locked',
    );
    expect(await names()).toEqual(['a']);
    await client.request('keys.forgetPassphrase');
    const [profile] = (await client.request('snapshot')).profiles;
    expect(profile).toMatchObject({
      name: 'a',
      missingKey: 'cleared',
      options: { remoteaddr: 'example.com:29900' },
    });
    await refused(client.request('tunnels.start', { id: profile.id }), 'key-missing');
    await create('b');
  });
});

describe('launch and quit', () => {
  it('brings up what connects on launch, and what was on at the last quit', async () => {
    const [a, b, c] = [await create('a'), await create('b'), await create('c')];
    await client.request('profiles.update', { id: a.id, patch: { autostart: true } });
    await client.request('tunnels.start', { id: b.id });
    await client.request('tunnels.start', { id: c.id });
    await client.request('tunnels.stop', { id: c.id });
    await app.core.close();
    expect(app.workers[0].received).toEqual([{ kind: 'close' }]);

    app = appCore(folder);
    app.core.restore();
    expect(app.workers).toHaveLength(2);
    await app.core.close();

    app = appCore(folder);
    app.store.settings = { ...app.store.settings, restoreTunnels: false };
    app.core.restore();
    expect(app.workers).toHaveLength(1);
  });

  it('does not let one bad profile keep the others from starting', async () => {
    const [a, b] = [await create('a'), await create('b')];
    await client.request('tunnels.start', { id: a.id });
    await client.request('tunnels.start', { id: b.id });
    await app.core.close();
    app = appCore(folder);
    app.store.profiles = app.store.profiles.map((one) =>
      one.id === a.id ? { ...one, options: { ...one.options, mtu: 1 } } : one,
    );
    app.core.restore();
    expect(app.workers).toHaveLength(1);
    expect(app.log.tail(a.id, 10).at(-1)).toMatchObject({ level: 'error' });
  });

  it('brings nothing up after two crashes within a minute, and says so', async () => {
    const { id } = await create('one');
    await client.request('tunnels.start', { id });
    const crashed = [2, 1].map((seconds) => Date.now() - seconds * 1000);
    app.store.host = { ...app.store.host, starts: crashed };
    app = appCore(folder);
    app.core.restore();
    expect(app.workers).toHaveLength(0);
    ({ client } = openWindow(app.core));
    expect((await client.request('snapshot')).notices).toMatchObject([{ code: 'not-restored' }]);
    // a quit ends the row
    await app.core.close();
    expect(app.store.host.starts).toEqual([]);
    app.store.running = [id];
    app = appCore(folder);
    app.core.restore();
    expect(app.workers).toHaveLength(1);
  });

  it.each([
    [{ conn: 65535 }, 'at most 64'],
    [{ conn: 32, sndwnd: 32768, rcvwnd: 32768 }, 'at most 4 with windows'],
  ])('refuses %j, which would end in a crash', async (options, why) => {
    await expect(create('greedy', options)).rejects.toMatchObject({
      code: 'bad-option',
      fields: [{ field: 'conn', message: expect.stringContaining(why) }],
    });
  });

  it.each([
    [{ conn: 64 }, 'at most 256 sessions in all tunnels that are on, not 25'],
    [{ conn: 8, sndwnd: 8192, rcvwnd: 8192 }, 'windows of at most 524288 packets'],
  ])('starts %j only as often as there is room for it, and takes none down for it', async (options, why) => {
    const [small, ...others] = await Promise.all(
      [{}, {}, options, options, options, options].map((each, i) => create(`tunnel ${i}`, each)),
    );
    const last = others.pop()!;
    for (const { id } of [small, ...others]) await client.request('tunnels.start', { id });
    const refused = {
      code: 'too-much-on',
      fields: [{ field: 'conn', message: expect.stringContaining(why) }],
    };
    await expect(client.request('tunnels.start', { id: last.id })).rejects.toMatchObject(refused);
    await client.request('profiles.update', { id: small.id, patch: { options } });
    await expect(client.request('tunnels.restart', { id: small.id })).rejects.toMatchObject(refused);
    const { tunnels } = await client.request('snapshot');
    expect(tunnels.filter(({ state }) => state.kind !== 'off')).toHaveLength(5);
  });

  it('redials every tunnel after sleep', async () => {
    const { id } = await create('one');
    await client.request('tunnels.start', { id });
    app.core.resumed();
    await vi.waitFor(() => expect(app.workers[0].received).toEqual([{ kind: 'redial' }]), 3000);
  });
});

describe('log and settings', () => {
  it('follows the log only when asked, gathered, and knows whose line it is', async () => {
    const { id } = await create('one');
    const lines = heard('log');
    await client.request('tunnels.start', { id });
    expect(lines).toEqual([]);
    await client.request('log.follow', { on: true });
    const say = (text: string) => app.workers[0].report({ lines: [{ at: 5, level: 'info', text }] });
    say('first');
    for (let i = 0; i < 50; i++) say(`line ${i}`);
    await vi.advanceTimersByTimeAsync(1000);
    expect(lines.map((batch) => batch.length)).toEqual([1, 50]);
    expect(lines[0][0]).toMatchObject({ tunnel: id, text: 'first', at: 5 });
    await client.request('log.follow', { on: false });
    say('unheard');
    await vi.advanceTimersByTimeAsync(1000);
    expect(lines).toHaveLength(2);
    expect((await client.request('log.tail', { tunnel: id, limit: 1 }))[0].text).toBe('unheard');
    expect((await client.request('log.tail', { tunnel: null })).every(({ tunnel }) => tunnel === null)).toBe(
      true,
    );
    await client.request('log.clear', { tunnel: id });
    expect(await client.request('log.tail', { tunnel: id })).toEqual([]);
  });

  it('never writes a key', async () => {
    const { id } = await create('one');
    await client.request('tunnels.start', { id });
    await client.request('tunnels.restart', { id });
    await refusal(create('two', { mtu: 1 }));
    await client.request('tunnels.stop', { id });
    app.log.level = 'debug';
    expect(JSON.stringify(app.log.tail(undefined, 5000))).not.toContain('hunter2');
    expect(app.log.tail(id, 10).map(({ text }) => text)).toContain('switched on');
  });

  it('changes settings, and refuses what the host cannot', async () => {
    const told = heard('settings');
    const settings = await client.request('settings.update', { language: 'zh-CN', logLevel: 'error' });
    expect(told).toEqual([settings]);
    expect(app.log.level).toBe('error');
    await refused(client.request('settings.update', { launchAtLogin: true }), 'unsupported');
    expect(app.store.settings).toMatchObject({ language: 'zh-CN', launchAtLogin: false });
  });
});

describe('the demo', () => {
  it('starts a server, then a client to it, and goes without a trace', async () => {
    const profiles = heard('profiles');
    expect(await client.request('demo.start')).toMatchObject({ id: 'demo', demo: true });
    await client.request('demo.start');
    expect(app.workers.map(({ spec }) => spec.role)).toEqual(['server']);
    expect(app.workers[0].spec.options).toMatchObject({ listen: '127.0.0.1:0' });
    app.workers[0].listen('127.0.0.1:7777');
    expect(app.workers[1].spec).toMatchObject({ role: 'client', options: { remoteaddr: '127.0.0.1:7777' } });
    expect(profiles.at(-1)).toMatchObject([{ id: 'demo', options: { remoteaddr: '127.0.0.1:7777' } }]);
    await refused(client.request('profiles.update', { id: 'demo', patch: {} }), 'unsupported');
    await client.request('demo.stop');
    expect(await names()).toEqual([]);
    expect(app.store.profiles).toEqual([]);
    expect(app.workers.map(({ received }) => received)).toEqual([[{ kind: 'close' }], [{ kind: 'close' }]]);
    await refused(client.request('demo.stop'), 'not-found');
  });
});
