import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { CONF_NAME } from '../store/conf-file.ts';

/** Beside the program, it holds everything: settings, logs, and what Chromium keeps. */
const PORTABLE_FOLDER = 'kcptun-data';

/** How a desktop app was started. */
export interface Started {
  /** the file that runs */
  exe: string;
  /** whether it is a package's own, and not Electron with a working copy */
  packaged: boolean;
  platform: NodeJS.Platform;
  env: NodeJS.ProcessEnv;
}

/** The AppImage that the program runs from; a program started from within another one inherits its variables. */
export const appImage = ({ exe, env }: Started): string | undefined =>
  env.APPDIR && exe.startsWith(env.APPDIR) ? env.APPIMAGE : undefined;

/**
 * The file that the user starts: an AppImage is mounted, and Windows' portable program unpacked, at another place at
 * each start.
 */
export const programOf = (started: Started): string =>
  started.env.PORTABLE_EXECUTABLE_FILE ?? appImage(started) ?? started.exe;

/**
 * Where the app keeps its data: in `--folder`, in a folder beside the program, or where the system wants it; there in
 * the one that the web host uses, whatever the app is called in its package.
 *
 * @param appData where the system keeps the data of apps
 */
export function dataFolder(named: string | undefined, started: Started, appData: string): string {
  if (named) return resolve(named);
  const bundle = started.platform === 'darwin' ? join('..', '..', '..') : '.';
  const beside = join(dirname(programOf(started)), bundle, PORTABLE_FOLDER);
  return started.packaged && existsSync(beside) ? beside : join(appData, CONF_NAME);
}
