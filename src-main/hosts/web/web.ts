import { homedir } from 'node:os';
import { join } from 'node:path';
import { version } from '../../../package.json';
import type { ApiCore } from '../../../shared/api.ts';
import { openCore } from '../../app/open-core.ts';
import { packageRoot } from '../../app/package-root.ts';
import { WindowFiles } from '../../app/window-files.ts';
import { CONF_NAME, openConf } from '../../store/conf-file.ts';
import { serveWeb } from './server.ts';

export interface WebArguments {
  /** 0 for any free one */
  port: number;
  /** where profiles, settings and logs lie; by default where Electron keeps them too */
  folder?: string;
  /** told of each address that opens one more window, after the first */
  onAddress?: (address: string) => void;
}

export interface RunningWeb {
  /** to be opened in a browser, once */
  address: string;
  core: ApiCore;
  /** stops every tunnel, and resolves when all is closed and written */
  close(): Promise<void>;
}

/** Where the system keeps the app's data: Electron's `appData` for the platform, so that both hosts have the same profiles. */
export function systemFolder(
  platform: NodeJS.Platform = process.platform,
  env: NodeJS.ProcessEnv = process.env,
): string {
  const base =
    platform === 'win32'
      ? (env.APPDATA ?? join(homedir(), 'AppData', 'Roaming'))
      : platform === 'darwin'
        ? join(homedir(), 'Library', 'Application Support')
        : (env.XDG_CONFIG_HOME ?? join(homedir(), '.config'));
  return join(base, CONF_NAME);
}

/**
 * Starts the core and serves its window on 127.0.0.1.
 * @throws {Error} when the port is taken, the window is not built, or the folder is in use
 */
export async function startWeb({
  port,
  folder = systemFolder(),
  onAddress,
}: WebArguments): Promise<RunningWeb> {
  const files = new WindowFiles(join(packageRoot(), 'dist', 'window'));
  const { core, close } = await openCore({
    folder,
    openConf,
    keyring: null,
    host: {
      kind: 'web',
      platform: process.platform,
      tray: false,
      loginItem: false,
      notifications: false,
      // it runs from the sources, which git brings up to date
      updates: 'none',
    },
    version,
  });
  try {
    const server = await serveWeb(core, files, port, onAddress);
    return {
      address: server.address,
      core,
      close: async () => {
        await server.close();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
