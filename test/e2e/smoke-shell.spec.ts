import { expect, test } from '@playwright/test';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ShellProcess } from '../support/shell/shell-process.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let system = '';
test.beforeEach(() => void (system = mkdtempSync(join(tmpdir(), 'kcptun-smoke-shell-'))));
test.afterEach(() => rmSync(system, { recursive: true }));

test(
  'a build is proved by a window that stays hidden and 1 MiB through the demo',
  { tag: '@browser' },
  async ({ page }) => {
    await using shell = new ShellProcess(ROOT, system, ['--smoke'], undefined, { TMPDIR: system });
    await shell.open(page);
    expect(await shell.exited, shell.output).toEqual({ code: 0, signal: null });
    expect(shell.output).toMatch(
      /^kcptun-desktop: smoke: the window is up and 1 MiB went through the demo, in [\d.]+ s \(linux .*\)\n$/,
    );
    // where the app keeps its data otherwise
    expect(readdirSync(system)).not.toContain('system');
  },
);
