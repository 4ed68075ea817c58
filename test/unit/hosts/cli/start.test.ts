import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { electronBinary, whyNoWindow } from '../../../../src-main/hosts/cli/electron-binary.ts';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'electron-'))));
afterEach(() => rmSync(folder, { recursive: true }));

describe('electronBinary', () => {
  it('is there only once the package has unpacked it', () => {
    expect(electronBinary(folder, {})).toBeUndefined();
    writeFileSync(join(folder, 'path.txt'), 'electron');
    expect(electronBinary(folder, {})).toBeUndefined();
    mkdirSync(join(folder, 'dist'));
    writeFileSync(join(folder, 'dist', 'electron'), '');
    expect(electronBinary(folder, {})).toBe(join(folder, 'dist', 'electron'));
  });

  it('is where ELECTRON_OVERRIDE_DIST_PATH says', () => {
    writeFileSync(join(folder, 'electron'), '');
    expect(electronBinary(join(folder, 'none'), { ELECTRON_OVERRIDE_DIST_PATH: folder })).toBe(
      join(folder, 'electron'),
    );
  });
});

describe('whyNoWindow', () => {
  it('asks for a display and for a user whom the sandbox takes, on Linux alone', () => {
    expect(whyNoWindow({ DISPLAY: ':0' }, 'linux', 1000)).toBeUndefined();
    expect(whyNoWindow({ WAYLAND_DISPLAY: 'wayland-0' }, 'linux', 1000)).toBeUndefined();
    expect(whyNoWindow({}, 'linux', 1000)).toContain('DISPLAY');
    expect(whyNoWindow({ DISPLAY: ':0' }, 'linux', 0)).toContain('root');
    expect(whyNoWindow({ DISPLAY: ':0', ELECTRON_DISABLE_SANDBOX: '1' }, 'linux', 0)).toBeUndefined();
    expect(whyNoWindow({}, 'darwin', 501)).toBeUndefined();
    expect(whyNoWindow({}, 'win32', undefined)).toBeUndefined();
  });
});
