import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ElectronMain } from './electron-main.ts';

export interface LoginItemDeps {
  electron: Pick<ElectronMain, 'app'>;
  platform: NodeJS.Platform;
  /** the user's autostart folder of XDG desktops */
  autostart: string;
  /** the file that the user starts */
  program: string;
}

/** As the Desktop Entry Specification quotes an argument of Exec. */
const quoted = (text: string): string =>
  `"${text
    .replaceAll(/[\\"`$]/g, '\\$&')
    .replaceAll('\\', '\\\\')
    .replaceAll('%', '%%')}"`;

/** Starts the app at login, or no longer. Electron has no login items on Linux, whose desktops read a folder. */
export function setLoginItem(on: boolean, { electron, platform, autostart, program }: LoginItemDeps): void {
  // what would be started is Electron, which opens a window of its own
  if (!electron.app.isPackaged) return;
  if (platform !== 'linux') {
    electron.app.setLoginItemSettings({ openAtLogin: on, path: program });
    return;
  }
  const path = join(autostart, 'kcptun-desktop.desktop');
  if (!on) return rmSync(path, { force: true });
  mkdirSync(dirname(path), { recursive: true });
  const entry = [
    '[Desktop Entry]',
    'Type=Application',
    'Name=kcptun desktop',
    `Exec=${quoted(program)}`,
    'X-GNOME-Autostart-enabled=true',
  ];
  writeFileSync(path, entry.join('\n') + '\n');
}
