import { constants } from 'node:fs';
import { type FileHandle, lstat, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { COUNTER_NAMES, type Counters } from '../../shared/counters.ts';
import { LONGEST_TIMER_MS } from '../engine/runtime/system-world.ts';
import { formatGoTime } from './go-time.ts';

/** The file for `time`: as in kcptun, only the file's name is a Go time layout, never its folder's. */
export function snmpLogPath(path: string, time: Date, platform: NodeJS.Platform = process.platform): string {
  const name = /[^/]*$/.exec(platform === 'win32' ? path.replaceAll('\\', '/') : path)![0];
  return path.slice(0, path.length - name.length) + formatGoTime(name, time);
}

/** Opens a file to append to. */
export type OpenForAppend = (path: string) => Promise<FileHandle>;

/** Where the user says, through links too, as kcptun does; a new file is the user's alone. */
export const openAnywhere: OpenForAppend = (path) => open(path, 'a', 0o600);

/** What has no O_NOFOLLOW is Windows: there the file is looked at before. A pipe must not keep the opener waiting. */
const { O_APPEND, O_CREAT, O_WRONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;

/**
 * In the app's own folder, which is made where it is missing: a regular file that has no other name.
 * @throws {Error} where there is something else
 */
export const openOwn: OpenForAppend = async (path) => {
  const refused = (): Error => new Error(`${path}: expected a regular file and no link`);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const found = await lstat(path).catch(() => null);
  if (found && (!found.isFile() || found.nlink > 1)) throw refused();
  const file = await open(path, O_APPEND | O_CREAT | O_WRONLY | O_NOFOLLOW | O_NONBLOCK, 0o600);
  // another may have put something there since
  const opened = await file.stat();
  if (opened.isFile() && opened.nlink === 1) return file;
  await file.close();
  throw refused();
};

/** Appends lines to a CSV, whose path is as that of `snmplog`, and its header first where the file is new. */
export async function appendCsv(
  path: string,
  header: string,
  lines: readonly string[],
  time: Date,
  openFile: OpenForAppend = openAnywhere,
): Promise<void> {
  const file = await openFile(snmpLogPath(path, time));
  try {
    const { size } = await file.stat();
    await file.appendFile([...(size === 0 ? [header] : []), ...lines, ''].join('\n'));
  } finally {
    await file.close();
  }
}

/** Appends one line of counters to kcptun's CSV. */
export function writeSnmpLine(
  path: string,
  counters: Counters,
  time: Date,
  openFile?: OpenForAppend,
): Promise<void> {
  const values = COUNTER_NAMES.map((name) => counters[name]);
  const line = [Math.floor(time.getTime() / 1000), ...values].join(',');
  return appendCsv(path, ['Unix', ...COUNTER_NAMES].join(','), [line], time, openFile);
}

/**
 * kcptun's `snmplog` and `snmpperiod` (seconds, 0 for off): writes a line each period until stopped. A line that
 * cannot be written is reported and the next one tried.
 */
export function startSnmpLog(
  options: { snmplog: string; snmpperiod: number },
  read: () => Counters,
  report: (error: Error) => void,
  openFile: OpenForAppend = openAnywhere,
): () => void {
  if (options.snmplog === '' || options.snmpperiod === 0) return () => {};
  let writing = Promise.resolve();
  const timer = setInterval(
    () => {
      const time = new Date();
      const counters = { ...read() };
      writing = writing.then(() => writeSnmpLine(options.snmplog, counters, time, openFile)).catch(report);
    },
    Math.min(options.snmpperiod * 1000, LONGEST_TIMER_MS),
  );
  return () => clearInterval(timer);
}
