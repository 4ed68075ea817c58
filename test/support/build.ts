import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createBuilder } from 'vite';
import { until } from './until.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const SOURCES = ['shared', 'src-main', 'src-renderer', 'assets', 'package-lock.json', 'vite.config.ts'];
const PRODUCTS = ['dist/node/kcptun.js', 'dist/window/index.html'];

/** The newest change below a path, in milliseconds since 1970; 0 where there is nothing. */
function newest(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))));
}

const isStale = () => {
  const sources = Math.max(...SOURCES.map((path) => newest(join(root, path))));
  return PRODUCTS.some((path) => newest(join(root, path)) < sources);
};

/** Builds dist unless it is newer than every source; of several processes that ask at once, one builds and the others wait. */
export async function build(): Promise<void> {
  if (!isStale()) return;
  const lock = join(root, 'node_modules/.build-lock');
  await until(
    `another build (remove ${lock} if there is none)`,
    () => {
      try {
        mkdirSync(lock);
        return true;
      } catch {
        return false;
      }
    },
    300_000,
  );
  try {
    if (!isStale()) return;
    console.log('building dist …');
    const builder = await createBuilder({ configFile: join(root, 'vite.config.ts'), logLevel: 'warn' });
    await builder.buildApp();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}
