import electron from 'electron';
import ElectronStore from 'electron-store';
import { version } from '../../../package.json';
import { openCore } from '../../app/open-core.ts';
import { packageRoot } from '../../app/package-root.ts';
import { CONF_NAME, confOptions } from '../../store/conf-file.ts';
import { DesktopApp } from './desktop-app.ts';

void new DesktopApp({
  electron,
  platform: process.platform,
  env: process.env,
  root: packageRoot(),
  version,
  openConf: (folder) =>
    new ElectronStore<Record<string, unknown>>({ name: CONF_NAME, ...confOptions(folder) }),
  openCore,
}).start();
