import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openConf } from '../../../src-main/store/conf-file.ts';
import { migrate } from '../../../src-main/store/migrations.ts';
import type { SecretBox } from '../../../src-main/store/secret-box.ts';
import { Store } from '../../../src-main/store/store.ts';
import type { Profile } from '../../../shared/profile.ts';
import { DEFAULT_SETTINGS } from '../../../shared/settings.ts';

let folder = '';
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'kcptun-store-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const path = () => join(folder, 'kcptun-desktop.json');
const onDisk = () => JSON.parse(readFileSync(path(), 'utf8')) as Record<string, never>;
const open = (box: SecretBox | null = null) => new Store(openConf(folder), box);
const write = (file: unknown) =>
  writeFileSync(path(), typeof file === 'string' ? file : JSON.stringify(file));

const profile = (id: string, part: Partial<Profile> = {}): Profile => ({
  id,
  name: `tunnel ${id}`,
  colour: 'blue',
  autostart: false,
  options: { remoteaddr: 'example.com:29900', key: 'hunter2' },
  extra: { unknown: [1, { deep: true }] },
  demo: false,
  ...part,
});

/** Reverses text, and forgets everything when `locked`. */
class BoxDouble implements SecretBox {
  locked = false;
  seal = (secret: string) => 'sealed:' + [...secret].reverse().join('');
  open = (sealed: string) => {
    if (this.locked || !sealed.startsWith('sealed:')) throw new Error('locked');
    return [...sealed.slice(7)].reverse().join('');
  };
}

describe('Store', () => {
  it('starts empty with the defaults', () => {
    const store = open();
    expect([store.profiles, store.settings, store.running, store.notices]).toEqual([
      [],
      DEFAULT_SETTINGS,
      [],
      [],
    ]);
    expect(onDisk().version).toBe(3);
  });

  it('gives back after a restart what was saved', () => {
    const store = open();
    store.profiles = [profile('b'), profile('a', { colour: 'red', autostart: true })];
    store.settings = { ...DEFAULT_SETTINGS, theme: 'dark' };
    store.running = ['a'];
    store.host = {
      toldAboutTray: true,
      windowPlace: { x: 1, y: 2, width: 900, height: 600, maximised: false },
    };
    const again = open();
    expect(again.profiles).toEqual(store.profiles);
    expect(again.settings.theme).toBe('dark');
    expect(again.running).toEqual(['a']);
    expect(again.host).toEqual(store.host);
    expect(again.notices).toEqual([]);
  });

  it('is readable by its owner only, and leaves no half-written file', () => {
    open().profiles = [profile('a')];
    if (process.platform !== 'win32') expect(statSync(path()).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['kcptun-desktop.json']);
  });

  it('seals the key where the host can', () => {
    const box = new BoxDouble();
    const store = open(box);
    store.profiles = [profile('a')];
    expect(readFileSync(path(), 'utf8')).not.toContain('hunter2');
    expect(open(box).profiles[0].options.key).toBe('hunter2');
  });

  it('seals a key that a host without secure storage, or a hand, had left open', () => {
    open().profiles = [profile('a'), profile('b')];
    const file = onDisk() as unknown as { profiles: { key?: unknown; options: { key?: string } }[] };
    delete file.profiles[1].key;
    file.profiles[1].options.key = 'hunter2';
    write(file);
    const store = open(new BoxDouble());
    expect(store.profiles.map(({ options }) => options.key)).toEqual(['hunter2', 'hunter2']);
    expect(readFileSync(path(), 'utf8')).not.toContain('hunter2');
  });

  it('keeps a key it cannot open, says so, and lets a new one replace it', () => {
    const box = new BoxDouble();
    open(box).profiles = [profile('a')];
    box.locked = true;
    const store = open(box);
    expect(store.profiles[0].options).toEqual({ remoteaddr: 'example.com:29900' });
    expect(store.notices).toMatchObject([{ code: 'key-unreadable', name: 'tunnel a' }]);
    store.profiles = [{ ...store.profiles[0], name: 'renamed' }];
    box.locked = false;
    expect(open(box).profiles[0]).toMatchObject({ name: 'renamed', options: { key: 'hunter2' } });
    const mended = open(box);
    mended.profiles = [profile('a', { options: { key: 'new' } })];
    expect(open(box).profiles[0].options.key).toBe('new');
  });

  it('keeps what a keyring has sealed when a host without one writes, and the other way round', () => {
    const keyring = new BoxDouble();
    open(keyring).profiles = [profile('a'), profile('b')];
    const without = open(null);
    expect(without.profiles).toMatchObject([{ missingKey: 'unreadable' }, { missingKey: 'unreadable' }]);
    expect(without.profiles.map(({ options }) => options.key)).toEqual([undefined, undefined]);
    without.profiles = [...without.profiles, profile('c', { options: { key: 'third' } })];
    without.settings = { ...DEFAULT_SETTINGS, theme: 'dark' };
    const back = open(keyring);
    expect(back.profiles.map(({ options }) => options.key)).toEqual(['hunter2', 'hunter2', 'third']);
    expect(back.profiles.some((one) => 'missingKey' in one)).toBe(false);
    expect(back.notices).toEqual([]);
    expect(readFileSync(path(), 'utf8')).not.toContain('third');
  });

  it('lets a new key replace one that is sealed elsewhere, and that one alone', () => {
    const keyring = new BoxDouble();
    open(keyring).profiles = [profile('a'), profile('b')];
    const without = open(null);
    without.profiles = without.profiles.map((one) =>
      one.id === 'a' ? { ...one, options: { ...one.options, key: 'new' } } : one,
    );
    expect(without.profiles[0]).not.toHaveProperty('missingKey');
    expect(open(keyring).profiles.map(({ options }) => options.key)).toEqual(['new', 'hunter2']);
  });

  it('keeps a sealed key whose profile is removed and restored', () => {
    const keyring = new BoxDouble();
    open(keyring).profiles = [profile('a')];
    const without = open(null);
    const removed = [...without.profiles];
    without.profiles = [];
    without.profiles = removed;
    expect(open(keyring).profiles[0].options.key).toBe('hunter2');
  });

  it('changes nothing that it cannot write', () => {
    const keyring = new BoxDouble();
    const store = open(keyring);
    store.profiles = [profile('a')];
    keyring.seal = () => {
      throw new Error('the keyring is locked');
    };
    const renamed = { ...store.profiles[0], name: 'renamed', options: { key: 'new' } };
    expect(() => (store.profiles = [renamed])).toThrow('the keyring is locked');
    expect(store.profiles[0]).toMatchObject({ name: 'tunnel a', options: { key: 'hunter2' } });
    store.settings = { ...DEFAULT_SETTINGS, theme: 'dark' };
    expect(open(new BoxDouble()).profiles[0].options.key).toBe('hunter2');
  });

  describe('with spare servers', () => {
    const spares = [
      { id: 'x', options: { remoteaddr: 'b:1', key: 'swordfish' } },
      { id: 'y', options: { remoteaddr: 'c:1', crypt: 'xtea' as const } },
    ];
    const text = (): string => readFileSync(path(), 'utf8');

    it('gives them back, and seals their keys as the first one', () => {
      const keyring = new BoxDouble();
      open(keyring).profiles = [profile('a', { spares }), profile('b', { spares })];
      expect(text()).not.toMatch(/hunter2|swordfish/);
      expect(open(keyring).profiles.map((one) => one.spares)).toEqual([spares, spares]);
    });

    it('keeps a key that cannot be opened, wherever its server is moved to', () => {
      const keyring = new BoxDouble();
      open(keyring).profiles = [profile('a', { spares })];
      const without = open(null);
      const [one] = without.profiles;
      expect(one.spares).toEqual([
        { id: 'x', options: { remoteaddr: 'b:1' }, missingKey: 'unreadable' },
        spares[1],
      ]);
      expect(without.notices).toMatchObject([{ code: 'key-unreadable' }]);
      without.profiles = [{ ...one, spares: [...one.spares!].reverse() }];
      expect(open(keyring).profiles[0].spares).toEqual([...spares].reverse());
    });

    it('moves their keys with the passphrase: sealed anew, locked, opened, forgotten', async () => {
      const store = open();
      store.profiles = [profile('a', { options: { remoteaddr: 'a:1' }, spares })];
      expect(text()).toContain('swordfish');
      await store.setPassphrase('correct horse');
      expect(text()).not.toContain('swordfish');
      const locked = open();
      expect(locked.profiles[0].spares![0]).toMatchObject({ missingKey: 'locked' });
      await locked.unlock('correct horse');
      expect(locked.profiles[0].spares).toEqual(spares);
      await locked.removePassphrase();
      expect(open().profiles[0].spares).toEqual(spares);
      await locked.setPassphrase('battery staple');
      const forgetful = open();
      await forgetful.forgetPassphrase();
      expect(forgetful.profiles[0].spares![0]).toMatchObject({ missingKey: 'cleared' });
    });

    it('reads a file of version 2, and leaves none that a program of its time would cut short', () => {
      open().profiles = [profile('a')];
      write({ ...onDisk(), version: 2 });
      const store = open();
      expect(store.profiles).toEqual([profile('a')]);
      store.profiles = [profile('a', { spares })];
      expect(onDisk().version).toBe(3);
    });
  });

  it('reads a file of version 1, whose keys said only that they were sealed', () => {
    const { missingKey: _, options: __, ...rest } = profile('a');
    const entry = { ...rest, options: { remoteaddr: 'example.com:29900' } };
    const keyring = new BoxDouble();
    write({
      version: 1,
      profiles: [
        { ...entry, key: { text: keyring.seal('hunter2'), sealed: true } },
        { ...entry, id: 'b', key: { text: 'open', sealed: false } },
      ],
    });
    expect(open(null).profiles).toMatchObject([{ missingKey: 'unreadable' }, { options: { key: 'open' } }]);
    expect(open(keyring).profiles.map(({ options }) => options.key)).toEqual(['hunter2', 'open']);
    expect(onDisk().version).toBe(3);
  });

  it('sets one broken profile aside and keeps the others', () => {
    open().profiles = [profile('a'), profile('b'), profile('c')];
    const file = onDisk() as unknown as { profiles: { colour: unknown; id: string }[] };
    file.profiles[1].colour = 'mauve';
    file.profiles.push({ ...file.profiles[0] });
    write(file);
    const store = open();
    expect(store.profiles.map(({ id }) => id)).toEqual(['a', 'c']);
    expect(store.notices).toMatchObject([
      { code: 'entry-set-aside', name: 'tunnel b' },
      { code: 'entry-set-aside', name: 'tunnel a' },
    ]);
    const kept = onDisk() as unknown as { setAside: { value: unknown }[] };
    expect(kept.setAside.map(({ value }) => value)).toMatchObject([{ id: 'b' }, { id: 'a' }]);
    expect(open().notices).toEqual([]);
  });

  it('sets one broken setting aside and keeps the others', () => {
    write({ version: 1, settings: { theme: 'pink', language: 'zh-CN', unknown: 1 } });
    const store = open();
    expect(store.settings).toEqual({ ...DEFAULT_SETTINGS, language: 'zh-CN' });
    expect(store.notices).toMatchObject([{ code: 'entry-set-aside', name: 'settings.theme' }]);
  });

  it.each(['{"version":1,"profiles":[{', '', '[]', 'null', '\0\0\0'])(
    'copies %j aside, which is no store',
    (text) => {
      write(text);
      const store = open();
      expect(store.profiles).toEqual([]);
      expect(store.notices).toHaveLength(1);
      const copies = readdirSync(folder).filter((name) => name.includes('.broken-'));
      expect(copies).toHaveLength(1);
      expect(readFileSync(join(folder, copies[0]), 'utf8')).toBe(text);
      store.profiles = [profile('a')];
      expect(open().notices).toEqual([]);
    },
  );

  it.each([100, 2000, 5000, 100_000])('opens a file that nests %d deep, and keeps it beside', (depth) => {
    const deep = `${'['.repeat(depth)}${']'.repeat(depth)}`;
    const entry = (id: string, extra: string) =>
      `{"id":"${id}","name":"${id}","colour":"blue","autostart":false,"options":{"remoteaddr":"a:1"},"extra":${extra}}`;
    const text = `{"version":2,"profiles":[${entry('a', '{}')},${entry('b', `{"x":${deep}}`)}],"setAside":[${deep}],"running":${deep},"host":${deep},"${'k'.repeat(9)}":${deep}}`;
    write(text);
    const store = open();
    expect(store.profiles.map(({ id }) => id)).toEqual(['a']);
    const copies = readdirSync(folder).filter((name) => name.includes('.broken-'));
    expect(copies).toHaveLength(1);
    expect(readFileSync(join(folder, copies[0]), 'utf8')).toBe(text);
    if (process.platform !== 'win32') expect(statSync(join(folder, copies[0])).mode & 0o777).toBe(0o600);
    store.profiles = [...store.profiles, profile('c')];
    expect(open().profiles.map(({ id }) => id)).toEqual(['a', 'c']);
    expect(open().notices).toEqual([]);
  });

  it.each([{ profiles: {} }, { profiles: 'x' }, { settings: [] }, { running: 'a', host: 7 }])(
    'survives %j',
    (part) => {
      write({ version: 1, ...part });
      expect(open().profiles).toEqual([]);
    },
  );

  it('reads a file of a newer version as far as it can, and keeps a copy', () => {
    open().profiles = [profile('a')];
    write({ ...onDisk(), version: 9 });
    const store = open();
    expect(store.profiles).toHaveLength(1);
    expect(store.notices).toMatchObject([{ code: 'store-newer', version: 9 }]);
    expect(readdirSync(folder)).toContain('kcptun-desktop.json.version-9');
  });
});

describe('migrate', () => {
  const steps = ['one', 'two', 'three'].map((step) => (file: Record<string, unknown>) => ({
    ...file,
    [step]: true,
  }));

  it('takes every step from the version of the file on', () => {
    expect(migrate({}, steps)).toEqual({ one: true, two: true, three: true });
    expect(migrate({ version: 2 }, steps)).toEqual({ version: 2, three: true });
    expect(migrate({ version: 3 }, steps)).toEqual({ version: 3 });
    expect(migrate({ version: 12 }, steps)).toEqual({ version: 12 });
    expect(migrate({ version: 'x' }, steps)).toMatchObject({ one: true });
  });
});
