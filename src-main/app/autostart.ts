import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** As the Desktop Entry Specification quotes an argument of Exec. */
const quoted = (text: string): string =>
  `"${text
    .replaceAll(/[\\"`$]/g, '\\$&')
    .replaceAll('\\', '\\\\')
    .replaceAll('%', '%%')}"`;

/** Starts a program at login, or no longer, by the folder that desktops of XDG read. */
export function setAutostart(on: boolean, program: string, env: NodeJS.ProcessEnv): void {
  const config = env.XDG_CONFIG_HOME ?? join(homedir(), '.config');
  const path = join(config, 'autostart', 'kcptun-desktop.desktop');
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
