import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ElectronMain } from './electron-main.ts';

export interface LoginItemDeps {
  electron: Pick<ElectronMain, 'app'>;
  platform: NodeJS.Platform;
  /** the user's autostart folder of XDG desktops */
  autostart: string;
  /** an AppImage is mounted anew at each start: it is the image that has to be started */
  executable: string;
}

/** As the Desktop Entry Specification quotes an argument of Exec. */
const quoted = (text: string): string =>
  `"${text
    .replaceAll(/[\\"`$]/g, '\\$&')
    .replaceAll('\\', '\\\\')
    .replaceAll('%', '%%')}"`;

/** Starts the app at login, or no longer. Electron has no login items on Linux, whose desktops read a folder. */
export function setLoginItem(
  on: boolean,
  { electron, platform, autostart, executable }: LoginItemDeps,
): void {
  if (platform !== 'linux') {
    electron.app.setLoginItemSettings({ openAtLogin: on });
    return;
  }
  const path = join(autostart, 'kcptun-desktop.desktop');
  if (!on) return rmSync(path, { force: true });
  mkdirSync(dirname(path), { recursive: true });
  const entry = [
    '[Desktop Entry]',
    'Type=Application',
    'Name=kcptun desktop',
    `Exec=${quoted(executable)}`,
    'X-GNOME-Autostart-enabled=true',
  ];
  writeFileSync(path, entry.join('\n') + '\n');
}
