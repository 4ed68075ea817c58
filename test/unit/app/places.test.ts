import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dataFolder, programOf } from '../../../src-main/app/places.ts';

let folder = '';
let packaged = true;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kcptun-places-'));
  packaged = true;
});
afterEach(() => rmSync(folder, { recursive: true }));

const deps = (exe: string, env: NodeJS.ProcessEnv = {}, platform: NodeJS.Platform = 'linux') => ({
  exe: join(folder, exe),
  packaged,
  platform,
  env,
});
const folderOf = (named: string | undefined, started: ReturnType<typeof deps>) =>
  dataFolder(named, started, join(folder, 'system'));
const ofSystem = () => join(folder, 'system', 'kcptun-desktop');

describe('programOf', () => {
  it('is the program, the image it is mounted from, or the portable file it is unpacked from', () => {
    expect(programOf(deps('bin/kcptun'))).toBe(join(folder, 'bin/kcptun'));
    const mounted = { APPDIR: join(folder, 'mount'), APPIMAGE: '/home/me/kcptun.AppImage' };
    expect(programOf(deps('mount/kcptun', mounted))).toBe('/home/me/kcptun.AppImage');
    expect(programOf(deps('Temp/kcptun.exe', { PORTABLE_EXECUTABLE_FILE: 'D:\\kcptun.exe' }, 'win32'))).toBe(
      'D:\\kcptun.exe',
    );
  });

  it('is not the image of the program that started it', () => {
    const others = { APPDIR: '/tmp/.mount_editor', APPIMAGE: '/home/me/editor.AppImage' };
    expect(programOf(deps('bin/kcptun', others))).toBe(join(folder, 'bin/kcptun'));
  });
});

describe('dataFolder', () => {
  it('is what --folder says, before all else', () => {
    mkdirSync(join(folder, 'kcptun-data'));
    expect(folderOf('mine', deps('kcptun'))).toBe(resolve('mine'));
  });

  it('is the one of the system unless there is one beside the program', () => {
    expect(folderOf(undefined, deps('kcptun'))).toBe(ofSystem());
    mkdirSync(join(folder, 'kcptun-data'));
    expect(folderOf(undefined, deps('kcptun'))).toBe(join(folder, 'kcptun-data'));
  });

  it('lies beside the image, the portable file and the bundle', () => {
    mkdirSync(join(folder, 'kcptun-data'));
    const beside = join(folder, 'kcptun-data');
    const mounted = { APPDIR: '/tmp', APPIMAGE: join(folder, 'kcptun.AppImage') };
    expect(folderOf(undefined, deps('mount/kcptun', mounted))).toBe(beside);
    const portable = { PORTABLE_EXECUTABLE_FILE: join(folder, 'kcptun.exe') };
    expect(folderOf(undefined, deps('Temp/kcptun.exe', portable, 'win32'))).toBe(beside);
    expect(folderOf(undefined, deps('kcptun.app/Contents/MacOS/kcptun', {}, 'darwin'))).toBe(beside);
  });

  it('is not beside Electron, which a working copy is run by', () => {
    mkdirSync(join(folder, 'kcptun-data'));
    packaged = false;
    expect(folderOf(undefined, deps('electron'))).toBe(ofSystem());
  });
});
