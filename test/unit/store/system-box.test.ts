import { expect, it } from 'vitest';
import { systemBox } from '../../../src-main/store/system-box.ts';
import { electronDouble } from '../../support/electron-double.ts';

const double = (asyncEncryption: boolean) => {
  const { electron, seen } = electronDouble('/');
  seen.asyncEncryption = asyncEncryption;
  const calls: string[] = [];
  const { safeStorage } = electron;
  const counted = new Proxy(safeStorage, {
    get: (target, name: keyof typeof safeStorage) => (calls.push(name), target[name]),
  });
  return { safeStorage: counted, seen, calls };
};

it.each([true, false])(
  'seals as text, and opens again, by the calls that do not block: %s',
  async (asyncs) => {
    const { safeStorage, calls } = double(asyncs);
    const box = (await systemBox(safeStorage, 'linux'))!;
    const sealed = await box.seal('hunter2 ✓');
    expect(sealed).toMatch(/^[A-Za-z0-9+/=]+$/);
    expect(sealed).not.toContain('hunter2');
    expect(await box.open(sealed)).toEqual({ secret: 'hunter2 ✓', stale: false });
    expect(calls.includes('encryptStringAsync')).toBe(asyncs);
    expect(calls.includes('encryptString')).toBe(!asyncs);
  },
);

it('is there where Electron has only the calls that block', async () => {
  const { safeStorage } = electronDouble('/').electron;
  const { isEncryptionAvailable, getSelectedStorageBackend, encryptString, decryptString } = safeStorage;
  const old = { isEncryptionAvailable, getSelectedStorageBackend, encryptString, decryptString };
  const box = (await systemBox(old, 'darwin'))!;
  expect((await box.open(await box.seal('hunter2'))).secret).toBe('hunter2');
});

it('does not call encrypted what is not', async () => {
  const { safeStorage, seen } = double(true);
  seen.backend = 'basic_text';
  expect(await systemBox(safeStorage, 'linux')).toBeNull();
  expect(await systemBox(safeStorage, 'win32')).not.toBeNull();
  seen.asyncEncryption = false;
  expect(await systemBox(safeStorage, 'win32')).not.toBeNull();
  seen.encryption = false;
  expect(await systemBox(safeStorage, 'darwin')).toBeNull();
});
