import { EventEmitter } from 'node:events';
import type { CancellationToken, UpdateCheckResult } from 'electron-updater';
import type { UpdaterModule } from '../../src-main/hosts/electron/updater.ts';

/** electron-updater, which finds and fetches what the test says. */
export function updaterDouble() {
  const seen = {
    /** null where there is none */
    newest: null as string | null,
    /** what the next request ends with */
    failure: null as Error | null,
    checks: 0,
    downloads: 0,
    installs: [] as unknown[][],
    token: null as CancellationToken | null,
    /** ends the download */
    finish: (): void => undefined,
  };
  class Token {
    cancelled = false;
    cancel(): void {
      this.cancelled = true;
      seen.finish();
    }
  }
  class UpdaterDouble extends EventEmitter {
    autoDownload = true;
    autoInstallOnAppQuit = true;
    logger: unknown = console;
    requestHeaders: unknown = null;

    async checkForUpdates(): Promise<Pick<UpdateCheckResult, 'isUpdateAvailable'> & { updateInfo: object }> {
      seen.checks++;
      if (seen.failure) throw seen.failure;
      return {
        isUpdateAvailable: seen.newest !== null,
        updateInfo: { version: seen.newest ?? '1.2.3' },
      };
    }
    downloadUpdate(token: CancellationToken): Promise<string[]> {
      seen.downloads++;
      seen.token = token;
      return new Promise((resolve, reject) => {
        seen.finish = () => {
          if (token.cancelled) reject(new Error('cancelled'));
          else if (seen.failure) reject(seen.failure);
          else resolve(['/somewhere']);
        };
      });
    }
    quitAndInstall(...how: unknown[]): void {
      seen.installs.push(how);
    }
  }
  const autoUpdater = new UpdaterDouble();
  const module = { autoUpdater, CancellationToken: Token };
  // of the library's some hundred members those that are used
  return { module: module as unknown as UpdaterModule, autoUpdater, seen };
}
