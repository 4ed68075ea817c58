import type { AppUpdater, CancellationToken } from 'electron-updater';
import type { UpdateSource } from '../../app/updates.ts';
import type { ElectronMain } from './electron-main.ts';

/** The library, as far as it is used. It reads what builder wrote beside the archive, and goes through Electron's net. */
export interface UpdaterModule {
  autoUpdater: AppUpdater;
  CancellationToken: new () => CancellationToken;
}

/**
 * electron-updater, which is loaded when it is first wanted, does nothing by itself, and tells no user from another.
 *
 * @param program the file that the user starts
 * @param stop closes the tunnels, after which the app can only end
 */
export function electronUpdates(
  load: () => Promise<UpdaterModule>,
  app: Pick<ElectronMain['app'], 'quit' | 'relaunch' | 'releaseSingleInstanceLock'>,
  program: string,
  stop: () => Promise<void>,
): UpdateSource {
  let loaded: Promise<UpdaterModule> | undefined;
  const library = (): Promise<UpdaterModule> =>
    (loaded ??= load().then((module) => {
      const { autoUpdater } = module;
      autoUpdater.autoDownload = false;
      autoUpdater.autoInstallOnAppQuit = false;
      autoUpdater.logger = null;
      // otherwise a random one, kept for good
      autoUpdater.requestHeaders = { 'x-user-staging-id': '' };
      return module;
    }));
  return {
    check: async () => {
      const { autoUpdater } = await library();
      const found = await autoUpdater.checkForUpdates();
      if (!found) throw new Error('electron-updater does not know this kind of package');
      return found.isUpdateAvailable ? found.updateInfo.version : null;
    },
    download: async (hear, signal) => {
      const { autoUpdater, CancellationToken } = await library();
      const token = new CancellationToken();
      const onProgress = ({ percent }: { percent: number }): void => hear(percent / 100);
      signal.addEventListener('abort', () => token.cancel(), { once: true });
      autoUpdater.on('download-progress', onProgress);
      try {
        await autoUpdater.downloadUpdate(token);
      } finally {
        autoUpdater.off('download-progress', onProgress);
      }
    },
    install: async () => {
      const { autoUpdater } = await library();
      await stop();
      // what is installed may start before this process has ended
      app.releaseSingleInstanceLock();
      autoUpdater.once('error', () => {
        app.relaunch({ execPath: program });
        app.quit();
      });
      autoUpdater.quitAndInstall(true, true);
    },
  };
}
