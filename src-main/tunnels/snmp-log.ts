import { open } from 'node:fs/promises';
import { COUNTER_NAMES, type Counters } from '../../shared/counters.ts';
import { formatGoTime } from './go-time.ts';

/** The file for `time`: as in kcptun, only the file's name is a Go time layout, never its folder's. */
export function snmpLogPath(path: string, time: Date, platform: NodeJS.Platform = process.platform): string {
  const name = /[^/]*$/.exec(platform === 'win32' ? path.replaceAll('\\', '/') : path)![0];
  return path.slice(0, path.length - name.length) + formatGoTime(name, time);
}

/** Appends one line of counters to kcptun's CSV, and its header first where the file is new. */
export async function writeSnmpLine(path: string, counters: Counters, time: Date): Promise<void> {
  const file = await open(snmpLogPath(path, time), 'a', 0o666);
  try {
    const { size } = await file.stat();
    const header = size === 0 ? `${['Unix', ...COUNTER_NAMES].join(',')}\n` : '';
    const values = COUNTER_NAMES.map((name) => counters[name]);
    await file.appendFile(`${header}${[Math.floor(time.getTime() / 1000), ...values].join(',')}\n`);
  } finally {
    await file.close();
  }
}

/**
 * kcptun's `snmplog` and `snmpperiod` (seconds, 0 for off): writes a line each period until stopped. A line that
 * cannot be written is reported and the next one tried.
 */
export function startSnmpLog(
  options: { snmplog: string; snmpperiod: number },
  read: () => Counters,
  report: (error: Error) => void,
): () => void {
  if (options.snmplog === '' || options.snmpperiod === 0) return () => {};
  let writing = Promise.resolve();
  const timer = setInterval(
    () => {
      const time = new Date();
      const counters = { ...read() };
      writing = writing.then(() => writeSnmpLine(options.snmplog, counters, time)).catch(report);
      // setInterval takes no more than 2^31 - 1 ms
    },
    Math.min(options.snmpperiod * 1000, 0x7fffffff),
  );
  return () => clearInterval(timer);
}
