import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createBuilder } from 'vite';
import { until } from './until.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** An environment of vite.config.ts: what it is made of, and a file it makes. */
const ENVIRONMENTS = {
  node: { sources: ['shared', 'src-main'], product: 'dist/node/kcptun.js' },
  preload: { sources: ['shared', 'src-main/hosts/electron'], product: 'dist/preload/preload.cjs' },
  client: { sources: ['shared', 'src-renderer', 'assets'], product: 'dist/window/index.html' },
};
type EnvironmentName = keyof typeof ENVIRONMENTS;

/** The newest change below a path, in milliseconds since 1970; 0 where there is nothing. */
function newest(path: string): number {
  const stat = statSync(join(root, path), { throwIfNoEntry: false });
  if (!stat) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(0, ...readdirSync(join(root, path)).map((name) => newest(join(path, name))));
}

function isStale(name: EnvironmentName): boolean {
  const { sources, product } = ENVIRONMENTS[name];
  return newest(product) < Math.max(...['package-lock.json', 'vite.config.ts', ...sources].map(newest));
}

/**
 * Builds those parts of dist that are older than their sources. Of several processes that ask at once, one builds
 * and the others wait.
 */
export async function build(...names: EnvironmentName[]): Promise<void> {
  if (!names.some(isStale)) return;
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
    const stale = names.filter(isStale);
    if (stale.length === 0) return;
    console.log(`building ${stale.join(', ')} …`);
    const builder = await createBuilder({ configFile: join(root, 'vite.config.ts'), logLevel: 'warn' });
    for (const name of stale) await builder.build(builder.environments[name]);
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}
