import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { shellArguments } from '../../app/launch.ts';
import { packageRoot } from '../../app/package-root.ts';
import { electronBinary, electronPackage, whyNoWindow } from './electron-binary.ts';
import { runWeb } from './web.ts';

/** `kcptun start`: the window in Electron; where that cannot be had or does not come up, a line says why, and the web host. */
export async function runStart(argv: readonly string[]): Promise<void> {
  const why = whyNoWindow() ?? (await startElectron(argv));
  if (why === undefined) return;
  process.stderr.write(`kcptun: ${why}: serving the window to a browser instead\n`);
  return runWeb(webArguments(argv));
}

/** What the web host takes of a shell's arguments; Chromium's are nothing to it. */
export function webArguments(argv: readonly string[]): string[] {
  const { folder, smoke } = shellArguments(argv);
  return [...(folder === undefined ? [] : ['--folder', folder]), ...(smoke ? ['--smoke'] : [])];
}

/** Resolves when Electron has ended, with the reason where it never had a window. */
async function startElectron(argv: readonly string[]): Promise<string | undefined> {
  const root = packageRoot();
  const folder = electronPackage(root);
  if (!folder) return 'Electron is not installed';
  if (!electronBinary(folder)) await installElectron(folder);
  const binary = electronBinary(folder);
  return binary ? runElectron(binary, [root, ...argv]) : "Electron's binary cannot be had here";
}

/** By which a proxy is named; Electron's installer reads them where it is told to. */
const PROXIES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'];

/** Electron is fetched when it is first wanted, not by `npm ci`; its installer says how far it is, and what went wrong. */
async function installElectron(folder: string): Promise<void> {
  const installer = join(folder, 'install.js');
  const { env } = process;
  if (env.ELECTRON_SKIP_BINARY_DOWNLOAD || !existsSync(installer)) return;
  process.stderr.write(
    'kcptun: fetching Electron, about 120 MB, once (ELECTRON_MIRROR names another source, HTTPS_PROXY a proxy)\n',
  );
  const child = spawn(process.execPath, [installer], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: PROXIES.some((name) => env[name]) ? { ELECTRON_GET_USE_PROXY: '1', ...env } : env,
  });
  await once(child, 'exit');
}

/** Resolves with its end, or with why there was no window; the shell tells by a message that it has one. */
async function runElectron(binary: string, args: string[]): Promise<string | undefined> {
  const child = spawn(binary, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  let ready = false;
  let asked = false;
  child.once('message', () => (ready = true));
  // a terminal tells the whole group of Ctrl+C, and a second SIGINT ends Electron at once, with its tunnels open
  const terminal = [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (!asked && !(terminal && signal === 'SIGINT')) child.kill(signal);
      asked = true;
    });
  }
  return new Promise((resolve) => {
    child.once('error', ({ message }) => resolve(`Electron did not start (${message})`));
    child.once('exit', (code, signal) => {
      if (code !== 0 && !ready && !asked)
        return resolve(`Electron ended with ${signal ?? `status ${code}`} before it had a window`);
      process.exitCode = code ?? 1;
      resolve(undefined);
    });
  });
}
