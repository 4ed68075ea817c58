import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openTrace } from '../../../src-main/tunnels/trace-file.ts';

let folder = '';
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'kcptun-trace-'))));
afterEach(() => rmSync(folder, { recursive: true }));

it('writes what it is told where the environment asks for it, for the user alone', async () => {
  expect(openTrace({}, () => undefined)).toBeUndefined();
  const path = join(folder, 'trace.txt');
  const write = openTrace({ KCPTUN_TRACE: path }, () => undefined)!;
  write('one');
  write('two');
  await vi.waitFor(() => expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n'));
  if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
});

it('says once that it cannot be written, and harms nobody', async () => {
  const said: string[] = [];
  const path = join(folder, 'no', 'such', 'folder');
  const write = openTrace({ KCPTUN_TRACE: path }, (text) => said.push(text))!;
  write('one');
  await vi.waitFor(() => expect(said).toHaveLength(1));
  write('two');
  expect(said[0]).toContain('ENOENT');
});
