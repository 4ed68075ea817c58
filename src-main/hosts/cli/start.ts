import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { packageRoot } from '../../app/package-root.ts';
import { runWeb } from './web.ts';

/** How long Electron's own installer may try to fetch its binary, and when to say that it does, in ms. */
const INSTALL_LIMIT = 180_000;
const INSTALL_NOTICE = 2_000;

/**
 * `kcptun start`: the window in Electron, where its binary is there or can be fetched; else one line that says so,
 * and the web host.
 */
export async function runStart(argv: readonly string[]): Promise<void> {
  const root = packageRoot();
  const folder = electronPackage(root);
  const binary =
    folder && (electronBinary(folder) ?? ((await installElectron(folder)) && electronBinary(folder)));
  if (!binary) {
    process.stderr.write(
      "kcptun: Electron's binary cannot be had here: serving the window to a browser instead\n",
    );
    return runWeb([]);
  }
  const child = spawn(binary, [root, ...argv], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  const [code] = (await once(child, 'exit')) as [number | null];
  process.exitCode = code ?? 1;
}

function electronPackage(root: string): string | undefined {
  try {
    return dirname(createRequire(join(root, 'package.json')).resolve('electron/package.json'));
  } catch {
    return undefined;
  }
}

/** Where electron's own index.js looks, which would start a download by itself. */
export function electronBinary(folder: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const named = join(folder, 'path.txt');
  const dist = env.ELECTRON_OVERRIDE_DIST_PATH ?? join(folder, 'dist');
  const name = existsSync(named)
    ? readFileSync(named, 'utf8')
    : env.ELECTRON_OVERRIDE_DIST_PATH && 'electron';
  const binary = name && join(dist, name);
  return binary && existsSync(binary) ? binary : undefined;
}

/** Electron is fetched when it is first wanted, not by `npm ci`. */
async function installElectron(folder: string): Promise<boolean> {
  const installer = join(folder, 'install.js');
  if (process.env.ELECTRON_SKIP_BINARY_DOWNLOAD || !existsSync(installer)) return false;
  const notice = setTimeout(
    () => process.stderr.write('kcptun: fetching Electron, once …\n'),
    INSTALL_NOTICE,
  );
  const child = spawn(process.execPath, [installer], { stdio: 'ignore', timeout: INSTALL_LIMIT });
  const [code] = (await once(child, 'exit')) as [number | null];
  clearTimeout(notice);
  return code === 0;
}
