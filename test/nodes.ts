import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Runs the unit and fuzz tests on the Node releases that the tests themselves do not run on: the npm package `node`
 * brings each one's binary. `npm run test:nodes` names them all, `-- 24` some.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const majors = process.argv.length > 2 ? process.argv.slice(2) : ['20', '22', '24'];
const ran: string[] = [];
const skipped: string[] = [];
const failed: string[] = [];

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

for (const major of majors) {
  if (process.version.startsWith(`v${major}.`)) continue;
  const node = nodeOf(major);
  if (!node) {
    skipped.push(major);
    continue;
  }
  console.log(`\n=== Node ${major} ===`);
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const args = [vitest, 'run', '--project', 'unit', '--project', 'fuzz'];
  const { status } = spawnSync(node, args, { cwd: root, stdio: 'inherit' });
  (status === 0 ? ran : failed).push(major);
}
console.log(`\nunit and fuzz tests passed on Node ${ran.join(', ') || '(none)'} beside ${process.version}`);
if (skipped.length > 0) console.warn(`*** SKIPPED: Node ${skipped.join(', ')} could not be installed ***`);
if (failed.length > 0) {
  console.error(`*** FAILED on Node ${failed.join(', ')} ***`);
  process.exitCode = 1;
}
