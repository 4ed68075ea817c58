import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../../../src-main/hosts/cli/arguments.ts';
import { Log } from '../../../../src-main/hosts/cli/log.ts';

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'kcptun-log-'))));
afterAll(() => rmSync(folder, { recursive: true }));

describe('Log', () => {
  it('appends lines that begin with the local time', async () => {
    const path = join(folder, 'log');
    writeFileSync(path, 'before\n');
    const log = new Log(path);
    log.line('one');
    log.line('two');
    await log.end();
    expect(readFileSync(path, 'utf8')).toMatch(
      /^before\n\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d one\n\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d two\n$/,
    );
  });

  it('refuses a path it cannot write to', () => {
    const path = join(folder, 'none', 'log');
    expect(() => new Log(path)).toThrow(UsageError);
    expect(() => new Log(path)).toThrow(`--log ${path}: expected a file that can be appended to`);
  });
});
