import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/**
 * Runs tests on the Node releases that the tests themselves do not run on: the npm package `node` brings each one's binary.
 * `npm run test:nodes` is what fits into every change: unit tests, fuzz and small attacks on each, and the window's tests
 * on the newest, which is Electron's. `-- --all` is all of `npm test` on each; `-- 24` is one of them.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const { values, positionals } = parseArgs({
  options: { all: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const NEWEST = '24';
const majors = positionals.length > 0 ? positionals : ['20', '22', NEWEST];

interface Suite {
  runner: 'vitest' | 'playwright';
  project: string;
}
const FAST: Suite[] = ['unit', 'fuzz', 'hostile'].map((project) => ({ runner: 'vitest', project }));
const WINDOW: Suite = { runner: 'playwright', project: 'web' };
const EVERY: Suite[] = [
  ...FAST,
  { runner: 'vitest', project: 'interop' },
  WINDOW,
  { runner: 'playwright', project: 'shell' },
  { runner: 'playwright', project: 'electron' },
];
const RUNNERS: Record<Suite['runner'], string[]> = {
  vitest: ['node_modules/vitest/vitest.mjs', 'run'],
  playwright: ['node_modules/@playwright/test/cli.js', 'test', '--pass-with-no-tests'],
};

function suitesFor(major: string): Suite[] {
  if (values.all) return EVERY;
  return major === NEWEST ? [...FAST, WINDOW] : FAST;
}

/** The release's binary, installed beside the other packages where it is missing; undefined where it cannot be had. */
function nodeOf(major: string): string | undefined {
  const folder = join(root, 'node_modules', '.nodes', major);
  const binary = join(
    folder,
    'node_modules',
    'node',
    'bin',
    process.platform === 'win32' ? 'node.exe' : 'node',
  );
  if (existsSync(binary)) return binary;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  const args = ['install', '--no-audit', '--no-fund', '--loglevel=error', `node@${major}`];
  spawnSync('npm', args, {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  return existsSync(binary) ? binary : undefined;
}

/** Whether the suite passed; whatever it starts by the name `node` is that binary too. */
function passes(node: string, { runner, project }: Suite): boolean {
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` };
  const args = [...RUNNERS[runner], '--project', project];
  return spawnSync(node, args, { cwd: root, stdio: 'inherit', env }).status === 0;
}

const skipped: string[] = [];
const failed: string[] = [];
const lines: string[] = [];
for (const major of majors) {
  if (process.version.startsWith(`v${major}.`)) continue;
  const node = nodeOf(major);
  if (!node) {
    skipped.push(major);
    continue;
  }
  const results = suitesFor(major).map((suite) => {
    console.log(`\n=== Node ${major}: ${suite.project} ===`);
    const started = Date.now();
    const passed = passes(node, suite);
    if (!passed) failed.push(`${major} (${suite.project})`);
    return `${suite.project} ${passed ? 'passed' : 'FAILED'} in ${Math.round((Date.now() - started) / 1000)} s`;
  });
  lines.push(`Node ${major}: ${results.join(', ')}`);
}
console.log(`\n${lines.join('\n') || 'no other Node was asked for'}`);
if (skipped.length > 0) console.warn(`*** SKIPPED: Node ${skipped.join(', ')} could not be installed ***`);
if (failed.length > 0) {
  console.error(`*** FAILED on Node ${failed.join(', ')} ***`);
  process.exitCode = 1;
}
