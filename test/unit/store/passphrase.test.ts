import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openConf } from '../../../src-main/store/conf-file.ts';
import { makeLock, openLock, Sealer, SCRYPT_COSTS, storedLock } from '../../../src-main/store/passphrase.ts';
import type { SecretBox } from '../../../src-main/store/secret-box.ts';
import { Store } from '../../../src-main/store/store.ts';
import type { Profile } from '../../../shared/profile.ts';

/** Cheap enough for hundreds of them. */
const CHEAP = { logN: 10, r: 8, p: 1 };
const PASSPHRASE = 'correct horse';

let folder = '';
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'kcptun-passphrase-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const keyring: SecretBox = {
  seal: (secret) => 'ring:' + Buffer.from(secret).toString('hex'),
  open: (sealed) => {
    if (!sealed.startsWith('ring:')) throw new Error('not sealed here');
    return Buffer.from(sealed.slice(5), 'hex').toString();
  },
};
const open = (ring: SecretBox | null = null) => new Store(openConf(folder), ring, CHEAP);
const path = () => join(folder, 'kcptun-desktop.json');
const text = () => readFileSync(path(), 'utf8');
const profile = (id: string, key: string): Profile => ({
  id,
  name: `tunnel ${id}`,
  colour: 'blue',
  autostart: false,
  options: { remoteaddr: 'example.com:29900', key },
  extra: {},
  demo: false,
});
const keys = (store: Store) => store.profiles.map(({ options, missingKey }) => options.key ?? missingKey);

describe('Sealer', () => {
  const sealer = new Sealer(new Uint8Array(32).fill(7));

  it('gives back what it sealed, never the same twice', () => {
    for (const key of ['', 'hunter2 ✓', 'x'.repeat(4096)]) {
      const sealed = sealer.seal('a', key);
      expect(sealed).not.toBe(sealer.seal('a', key));
      expect(sealer.open('a', sealed)).toBe(key);
    }
  });

  it('opens nothing that was sealed for another profile, by another key, or was changed', () => {
    const sealed = sealer.seal('a', 'hunter2');
    expect(() => sealer.open('b', sealed)).toThrow();
    expect(() => new Sealer(new Uint8Array(32)).open('a', sealed)).toThrow();
    const bytes = Buffer.from(sealed, 'base64');
    for (let at = 0; at < bytes.length; at++) {
      bytes[at] ^= 1;
      expect(() => sealer.open('a', bytes.toString('base64'))).toThrow();
      bytes[at] ^= 1;
    }
    for (const broken of ['', 'AAAA', '!', sealed.slice(0, 40)])
      expect(() => sealer.open('a', broken)).toThrow();
  });

  it('is XChaCha20-Poly1305, its nonce in front and the id as additional data', () => {
    const bytes = Buffer.from(sealer.seal('a', 'hunter2'), 'base64');
    expect(bytes).toHaveLength(24 + 7 + 16);
    const cipher = xchacha20poly1305(new Uint8Array(32).fill(7), bytes.subarray(0, 24), Buffer.from('a'));
    expect(Buffer.from(cipher.decrypt(bytes.subarray(24))).toString()).toBe('hunter2');
  });
});

describe('a passphrase', () => {
  it('opens what it has locked, and no other does', async () => {
    const { lock } = await makeLock(PASSPHRASE, CHEAP);
    expect(storedLock.parse(JSON.parse(JSON.stringify(lock)))).toEqual(lock);
    await openLock(lock, PASSPHRASE);
    await expect(openLock(lock, 'wrong horse')).rejects.toMatchObject({ code: 'wrong-passphrase' });
    await expect(openLock(lock, '')).rejects.toMatchObject({ code: 'wrong-passphrase' });
  });

  it('is the same however its letters are composed', async () => {
    const { lock } = await makeLock('schl\u00fcssel', CHEAP);
    await openLock(lock, 'schlu\u0308ssel');
  });

  it('costs 128 MB a guess', async () => {
    expect(128 * SCRYPT_COSTS.r * 2 ** SCRYPT_COSTS.logN).toBe(128 << 20);
    const { lock } = await makeLock(PASSPHRASE, SCRYPT_COSTS);
    await openLock(lock, PASSPHRASE);
  });

  it.each([{ logN: 30 }, { r: 1000 }, { p: 99 }, { kdf: 'md5' }, { salt: '' }, { check: 7 }])(
    'of a file that asks for %j is set aside',
    async (part) => {
      const store = open();
      store.profiles = [profile('a', 'hunter2')];
      await store.setPassphrase(PASSPHRASE);
      const file = JSON.parse(text()) as { lock: object };
      writeFileSync(path(), JSON.stringify({ ...file, lock: { ...file.lock, ...part } }));
      const again = open();
      expect(again.keyState.passphrase).toBe('none');
      expect(keys(again)).toEqual(['unreadable']);
      again.profiles = [...again.profiles];
      writeFileSync(path(), JSON.stringify({ ...JSON.parse(text()), lock: file.lock }));
      const mended = open();
      await mended.unlock(PASSPHRASE);
      expect(keys(mended)).toEqual(['hunter2']);
    },
  );
});

describe('Store', () => {
  it('is asked once a start, and keeps neither the passphrase nor a key open on disk', async () => {
    const store = open();
    store.profiles = [profile('a', 'hunter2'), profile('b', 'hunter3')];
    await store.setPassphrase(PASSPHRASE);
    expect(store.keyState).toEqual({ keyring: false, passphrase: 'open' });
    expect(text()).not.toMatch(/hunter|horse/);
    const again = open();
    expect(again.keyState.passphrase).toBe('locked');
    expect(keys(again)).toEqual(['locked', 'locked']);
    expect(again.notices).toEqual([]);
    await again.unlock(PASSPHRASE);
    expect(keys(again)).toEqual(['hunter2', 'hunter3']);
    again.profiles = [...again.profiles, profile('c', 'hunter4')];
    expect(text()).not.toMatch(/hunter|horse/);
  });

  it('says that a passphrase is wrong, and loses nothing', async () => {
    const store = open();
    store.profiles = [profile('a', 'hunter2')];
    await store.setPassphrase(PASSPHRASE);
    const before = text();
    const again = open();
    for (const wrong of ['wrong', '', 'correct horse ']) {
      await expect(again.unlock(wrong)).rejects.toMatchObject({ code: 'wrong-passphrase' });
      expect(JSON.stringify(await again.unlock(wrong).catch((error: unknown) => error))).not.toContain(
        'horse',
      );
    }
    again.profiles = again.profiles.map((one) => ({ ...one, name: 'renamed' }));
    expect((JSON.parse(text()) as { profiles: { key: object }[] }).profiles[0].key).toEqual(
      (JSON.parse(before) as { profiles: { key: object }[] }).profiles[0].key,
    );
    await again.unlock(PASSPHRASE);
    expect(keys(again)).toEqual(['hunter2']);
  });

  it('takes no new key before the passphrase is given, and leaves the old ones alone', async () => {
    const store = open();
    store.profiles = [profile('a', 'hunter2')];
    await store.setPassphrase(PASSPHRASE);
    const again = open();
    expect(() => (again.profiles = [...again.profiles, profile('b', 'new')])).toThrow(
      expect.objectContaining({ code: 'keys-locked' }),
    );
    await expect(again.setPassphrase('another one')).rejects.toMatchObject({ code: 'keys-locked' });
    await expect(again.removePassphrase()).rejects.toMatchObject({ code: 'keys-locked' });
    expect(again.profiles).toHaveLength(1);
    await again.unlock(PASSPHRASE);
    again.profiles = [...again.profiles, profile('b', 'new')];
    expect(keys(again)).toEqual(['hunter2', 'new']);
  });

  it('changes the passphrase, for profiles that were removed and come back too', async () => {
    const store = open();
    store.profiles = [profile('a', 'hunter2'), profile('b', 'hunter3')];
    await store.setPassphrase('the first one');
    const removed = store.profiles[1];
    store.profiles = [store.profiles[0]];
    await store.setPassphrase('the second one');
    store.profiles = [store.profiles[0], removed];
    const again = open();
    await expect(again.unlock('the first one')).rejects.toMatchObject({ code: 'wrong-passphrase' });
    await again.unlock('the second one');
    expect(keys(again)).toEqual(['hunter2', 'hunter3']);
  });

  it('forgets the passphrase: the keys it sealed are cleared, and nothing else', async () => {
    const store = open(keyring);
    store.profiles = [profile('a', 'hunter2'), profile('b', 'hunter3')];
    await store.setPassphrase(PASSPHRASE);
    const again = open(keyring);
    again.profiles = [...again.profiles, profile('c', 'by the ring')];
    again.settings = { ...again.settings, theme: 'dark' };
    await again.forgetPassphrase();
    for (const one of [again, open(keyring)]) {
      expect(one.keyState).toEqual({ keyring: true, passphrase: 'none' });
      expect(keys(one)).toEqual(['cleared', 'cleared', 'by the ring']);
      expect(one.profiles.map(({ name }) => name)).toEqual(['tunnel a', 'tunnel b', 'tunnel c']);
      expect(one.settings.theme).toBe('dark');
    }
    again.profiles = again.profiles.map((one) => ({
      ...one,
      options: { ...one.options, key: 'entered anew' },
    }));
    expect(keys(open(keyring))).toEqual(['entered anew', 'entered anew', 'entered anew']);
  });

  it('opens a restored profile whose key was locked when it was removed', async () => {
    const store = open();
    store.profiles = [profile('a', 'hunter2')];
    await store.setPassphrase(PASSPHRASE);
    const again = open();
    const removed = [...again.profiles];
    again.profiles = [];
    await again.unlock(PASSPHRASE);
    again.profiles = removed;
    expect(keys(again)).toEqual(['hunter2']);
  });

  it('makes one key at a time of many passphrases', async () => {
    const store = open();
    store.profiles = [profile('a', 'hunter2')];
    const all = ['number one', 'number two', 'number three'];
    await Promise.all(all.map((one) => store.setPassphrase(one)));
    const again = open();
    await again.unlock('number three');
    expect(keys(again)).toEqual(['hunter2']);
  });
});

/** Where keys may be kept, and how one gets there. */
const PLACES = {
  plain: { ring: null, passphrase: false },
  keyring: { ring: keyring, passphrase: false },
  passphrase: { ring: null, passphrase: true },
  both: { ring: keyring, passphrase: true },
} as const;
const NAMES = Object.keys(PLACES) as (keyof typeof PLACES)[];

async function openAt(name: keyof typeof PLACES): Promise<Store> {
  const { ring, passphrase } = PLACES[name];
  const store = open(ring);
  if (store.keyState.passphrase === 'locked') await store.unlock(PASSPHRASE);
  if (passphrase && store.keyState.passphrase === 'none') await store.setPassphrase(PASSPHRASE);
  if (!passphrase && store.keyState.passphrase === 'open') await store.removePassphrase();
  return store;
}

describe.each(
  NAMES.flatMap((first) => NAMES.flatMap((second) => NAMES.map((third) => [first, second, third] as const))),
)('from %s to %s to %s', (first, second, third) => {
  it('loses no key', async () => {
    const one = await openAt(first);
    one.profiles = [profile('a', 'key a')];
    const two = await openAt(second);
    two.profiles = [...two.profiles, profile('b', 'key b')];
    const three = await openAt(third);
    three.profiles = [...three.profiles, profile('c', 'key c')];
    // with the keyring, and the passphrase where one is set, every key can be had
    const last = open(keyring);
    if (last.keyState.passphrase === 'locked') await last.unlock(PASSPHRASE);
    expect(keys(last)).toEqual(['key a', 'key b', 'key c']);
  });
});
