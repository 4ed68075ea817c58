import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openConf } from '../../../src-main/store/conf-file.ts';
import { openStore } from '../../../src-main/store/open-store.ts';
import type { SystemBox } from '../../../src-main/store/secret-box.ts';
import type { Profile } from '../../../shared/profile.ts';

let folder = '';
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'kcptun-keyring-'))));
afterEach(() => rmSync(folder, { recursive: true }));

/** A system that seals by a master key with a name, and opens by every key that it still has. */
class SystemDouble implements SystemBox {
  master = 'one';
  readonly had = new Set(['one']);
  readonly calls: string[] = [];
  broken = false;
  forgetful = false;

  async seal(secret: string): Promise<string> {
    this.calls.push('seal');
    if (this.broken) throw new Error('the keyring is locked');
    return Buffer.from(`${this.master}:${[...secret].reverse().join('')}`).toString('base64');
  }
  async open(sealed: string): Promise<{ secret: string; stale: boolean }> {
    this.calls.push('open');
    const [master, secret] = Buffer.from(sealed, 'base64').toString().split(':');
    if (!this.had.has(master) || this.forgetful) throw new Error('sealed elsewhere');
    return { secret: [...secret].reverse().join(''), stale: master !== this.master };
  }
  rotate(master: string): void {
    this.master = master;
    this.had.add(master);
  }
}

const path = () => join(folder, 'kcptun-desktop.json');
const text = () => readFileSync(path(), 'utf8');
const stored = (): string[] =>
  JSON.parse(text()).profiles.map(({ key }: { key: { text: string } }) => key.text);
const profile = (id: string, key: string): Profile => ({
  id,
  name: id,
  colour: 'blue',
  autostart: false,
  options: { remoteaddr: 'example.com:29900', key },
  extra: {},
  demo: false,
});
const open = (system: SystemBox | null) => openStore(openConf(folder), system);
const keys = (store: Awaited<ReturnType<typeof open>>) => store.profiles.map(({ options }) => options.key);

describe('keys that the system keeps', () => {
  it('are sealed at once, by a key of ours that it has sealed, and opened with one question', async () => {
    const system = new SystemDouble();
    const store = await open(system);
    store.profiles = [profile('a', 'first'), profile('b', 'second')];
    expect(text()).not.toMatch(/first|second/);
    system.calls.length = 0;
    expect(keys(await open(system))).toEqual(['first', 'second']);
    expect(system.calls).toEqual(['open']);
  });

  it('that an older version had it seal itself are opened, and sealed as the others', async () => {
    const system = new SystemDouble();
    (await open(system)).profiles = [profile('a', 'x'), profile('b', 'y')];
    const file = JSON.parse(text());
    for (const [at, secret] of ['first', 'second'].entries())
      file.profiles[at].key.text = await system.seal(secret);
    writeFileSync(path(), JSON.stringify(file));
    expect(keys(await open(system))).toEqual(['first', 'second']);
    expect(stored().every((one) => one.includes('.'))).toBe(true);
    expect(keys(await open(system))).toEqual(['first', 'second']);
  });

  it('are sealed anew where the system wants it, and opened in the meantime', async () => {
    const system = new SystemDouble();
    (await open(system)).profiles = [profile('a', 'first')];
    const [before] = stored();
    system.rotate('two');
    expect(keys(await open(system))).toEqual(['first']);
    const [after] = stored();
    expect(after).not.toBe(before);
    // the old master key goes
    system.had.delete('one');
    expect(keys(await open(system))).toEqual(['first']);
    expect(stored()).toEqual([after]);
  });

  it('are kept as they are by a system that cannot open them, and come back with the one that can', async () => {
    const system = new SystemDouble();
    (await open(system)).profiles = [profile('a', 'first'), profile('b', 'second')];
    const [before] = stored();
    const other = new SystemDouble();
    other.had.clear();
    other.rotate('other');
    const elsewhere = await open(other);
    expect(elsewhere.profiles.map(({ missingKey }) => missingKey)).toEqual(['unreadable', 'unreadable']);
    elsewhere.profiles = [elsewhere.profiles[0], profile('b', 'new')];
    expect(stored()[0]).toBe(before);
    expect(keys(await open(other))).toEqual([undefined, 'new']);
    expect(keys(await open(system))).toEqual(['first', undefined]);
    system.had.add('other');
    expect(keys(await open(system))).toEqual(['first', 'new']);
  });

  it('are not laid open where the system will not seal: the change is refused, the old ones stay', async () => {
    const system = new SystemDouble();
    (await open(system)).profiles = [profile('a', 'first')];
    const before = text();
    system.broken = true;
    system.rotate('two');
    const store = await open(system);
    expect(keys(store)).toEqual(['first']);
    expect(text()).toBe(before);
    expect(() => (store.profiles = [profile('a', 'changed')])).toThrow('the keyring is locked');
    store.profiles = [{ ...store.profiles[0], name: 'renamed' }];
    system.broken = false;
    expect(keys(await open(system))).toEqual(['first']);
  });

  it('do not rest on a storage that does not give back what it was given', async () => {
    const system = new SystemDouble();
    system.forgetful = true;
    const store = await open(system);
    expect(() => (store.profiles = [profile('a', 'first')])).toThrow('sealed elsewhere');
  });

  it('are opened beside whatever is wrong with the file', async () => {
    const system = new SystemDouble();
    (await open(system)).profiles = [profile('a', 'first')];
    const file = JSON.parse(text());
    file.profiles.unshift(null, 7, { key: 'x' }, { id: 'b', key: { by: 'keyring', text: '.' } });
    writeFileSync(path(), JSON.stringify(file));
    expect(keys(await open(system))).toEqual(['first']);
    writeFileSync(path(), '{');
    expect((await open(system)).notices).toHaveLength(1);
  });
});
