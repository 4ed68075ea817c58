import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Started } from '../../../src-main/app/places.ts';
import { updateWay } from '../../../src-main/app/update-way.ts';

let folder = '';
const file = (name: string, text = '') => {
  mkdirSync(join(folder, name, '..'), { recursive: true });
  writeFileSync(join(folder, name), text);
};
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kcptun-way-'));
  file('resources/app-update.yml');
  file('package.json', '{}');
  file('program/kcptun-desktop.exe');
});
afterEach(() => {
  chmodSync(folder, 0o755);
  rmSync(folder, { recursive: true });
});

const way = (platform: NodeJS.Platform, part: Partial<Started> = {}) =>
  updateWay(
    { exe: join(folder, 'program/kcptun-desktop.exe'), packaged: true, platform, env: {}, ...part },
    join(folder, 'resources'),
    folder,
  );
const mounted = () => ({
  env: { APPDIR: join(folder, 'program'), APPIMAGE: join(folder, 'kcptun.AppImage') },
});

describe('what a build may do about newer versions', () => {
  it('on Windows: install what the installer has put down, and nothing else', () => {
    expect(way('win32')).toBe('page');
    file('program/Uninstall kcptun desktop.exe');
    expect(way('win32')).toBe('install');
    expect(way('win32', { env: { PORTABLE_EXECUTABLE_FILE: 'D:\\kcptun.exe' } })).toBe('page');
  });

  it('on macOS: install where it is signed', () => {
    expect(way('darwin')).toBe('page');
    file('package.json', '{"signed":"false"}');
    expect(way('darwin')).toBe('page');
    file('package.json', '{"signed":true}');
    expect(way('darwin')).toBe('install');
  });

  it('on Linux: install as an AppImage, and leave a deb to the package manager', () => {
    expect(way('linux', mounted())).toBe('install');
    expect(way('linux', { env: { APPDIR: '/tmp/.mount_other', APPIMAGE: '/other' } })).toBe('none');
    file('resources/package-type', 'deb');
    expect(way('linux')).toBe('page');
  });

  it.skipIf(process.getuid?.() === 0 || process.platform === 'win32')(
    'on Linux: say where it is, where the folder of the AppImage cannot be written',
    () => {
      chmodSync(folder, 0o555);
      expect(way('linux', mounted())).toBe('page');
    },
  );

  it('on Linux: say where it is, where the folder of the AppImage is gone', () => {
    const env = { APPDIR: join(folder, 'program'), APPIMAGE: join(folder, 'gone/kcptun.AppImage') };
    expect(way('linux', { env })).toBe('page');
  });

  it.each(['win32', 'darwin', 'linux'] as const)(
    'nothing on %s for a working copy, or without a feed',
    (platform) => {
      expect(way(platform, { packaged: false })).toBe('none');
      rmSync(join(folder, 'resources/app-update.yml'));
      expect(way(platform, mounted())).toBe('none');
    },
  );
});
