import { execFile } from 'node:child_process';

/** Whoever shows tray icons on a desktop of Linux has this name on the session's bus. */
const WATCHER = 'org.kde.StatusNotifierWatcher';
const BUS = 'org.freedesktop.DBus';

/** Whether this desktop shows tray icons: GNOME does not by itself. Where it cannot be asked, they are taken to be seen. */
export function hasTray(platform: NodeJS.Platform): Promise<boolean> {
  if (platform !== 'linux') return Promise.resolve(true);
  const object = ['--session', '--dest', BUS, '--object-path', '/org/freedesktop/DBus'];
  const question = ['call', ...object, '--method', `${BUS}.NameHasOwner`, WATCHER];
  return new Promise((resolve) =>
    execFile('gdbus', question, { timeout: 1000 }, (error, answer) =>
      resolve(error !== null || !answer.includes('false')),
    ),
  );
}
