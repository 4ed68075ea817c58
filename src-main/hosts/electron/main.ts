import electron from 'electron';
import ElectronStore from 'electron-store';
import { writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import plainFiles from 'original-fs';
import { version } from '../../../package.json';
import { openCore } from '../../app/open-core.ts';
import { packageRoot } from '../../app/package-root.ts';
import { hasTray } from '../../app/tray-host.ts';
import { CONF_NAME, confOptions } from '../../store/conf-file.ts';
import { DesktopApp } from './desktop-app.ts';
import type { UpdaterModule } from './updater.ts';

const app = new DesktopApp({
  electron,
  platform: process.platform,
  env: process.env,
  // unpackaged, the app's folder comes first
  argv: process.argv.slice(electron.app.isPackaged ? 1 : 2),
  resources: process.resourcesPath,
  plainFiles,
  hasTray: () => hasTray(process.platform),
  root: packageRoot(),
  version,
  openConf: (folder) =>
    new ElectronStore<Record<string, unknown>>({ name: CONF_NAME, ...confOptions(folder) }),
  openCore,
  // by require, as Electron's own loader does: its one export is made when it is first asked for
  loadUpdater: async () => createRequire(import.meta.url)('electron-updater') as UpdaterModule,
  say: (line) => {
    try {
      // before the process ends, which would not wait for a stream
      writeSync(1, `kcptun-desktop: ${line}\n`);
    } catch {
      // started from where nobody listens; the status says it too
    }
  },
});
// whoever started it waits to hear that there is a window
void app.start().then((up) => up && process.send?.('started'));
