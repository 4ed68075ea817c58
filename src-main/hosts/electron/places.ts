import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { CONF_NAME } from '../../store/conf-file.ts';
import type { ElectronMain } from './electron-main.ts';

/** Beside the program, it holds everything: settings, logs, and what Chromium keeps. */
const PORTABLE_FOLDER = 'kcptun-data';

export interface PlacesDeps {
  electron: Pick<ElectronMain, 'app'>;
  platform: NodeJS.Platform;
  env: NodeJS.ProcessEnv;
}

/**
 * The file that the user starts: an AppImage is mounted, and Windows' portable program unpacked, at another place at
 * each start.
 */
export function programOf({ electron: { app }, env }: PlacesDeps): string {
  const program = app.getPath('exe');
  // a program started from within another AppImage inherits its variables
  const image = env.APPDIR && program.startsWith(env.APPDIR) ? env.APPIMAGE : undefined;
  return env.PORTABLE_EXECUTABLE_FILE ?? image ?? program;
}

/**
 * Where the app keeps its data: in `--folder`, in a folder beside the program, or where the system wants it; there in
 * the one that the web host uses, whatever the app is called in its package.
 */
export function dataFolder(named: string | undefined, deps: PlacesDeps): string {
  if (named) return resolve(named);
  const { app } = deps.electron;
  const program = programOf(deps);
  const bundle = deps.platform === 'darwin' ? join('..', '..', '..') : '.';
  const beside = join(dirname(program), bundle, PORTABLE_FOLDER);
  return app.isPackaged && existsSync(beside) ? beside : join(app.getPath('appData'), CONF_NAME);
}
