import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockFolder } from '../../../src-main/app/folder-lock.ts';

let folder = '';
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'kcptun-lock-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const pidFile = () => join(folder, 'running.pid');

describe('lockFolder', () => {
  it('holds the folder until it is let go', () => {
    const unlock = lockFolder(folder);
    expect(readFileSync(pidFile(), 'utf8')).toBe(String(process.pid));
    unlock();
    expect(() => readFileSync(pidFile())).toThrow('ENOENT');
  });

  it('names the process that holds it', () => {
    writeFileSync(pidFile(), String(process.ppid));
    expect(() => lockFolder(folder)).toThrow(`process ${process.ppid}`);
    expect(readFileSync(pidFile(), 'utf8')).toBe(String(process.ppid));
  });

  // no process has a number beyond the kernel's limit of 2^22
  it.each(['99999999', 'x', '', '-5', '0'])('takes over from %j, which is nobody', (holder) => {
    writeFileSync(pidFile(), holder);
    lockFolder(folder)();
  });
});
