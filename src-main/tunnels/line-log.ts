import { LINE_LOG_HEADER, lineLogRow } from '../../shared/line-log.ts';
import type { EngineSnapshot } from '../engine/snapshot.ts';
import { StatisticsHistory } from './history.ts';
import { appendCsv } from './snmp-log.ts';

const PERIOD_MS = 1000;
/** What the connections carry is not asked for. */
const NO_TRAFFIC = { sent: 0, received: 0 };

/**
 * What is known of the line, a second a line for each session and one for all together, until stopped. The file is
 * named as that of `snmplog`. Lines that cannot be written are reported and the next ones tried.
 * @returns ends it
 */
export function startLineLog(
  path: string,
  read: () => EngineSnapshot,
  report: (error: Error) => void,
): () => Promise<void> {
  const history = new StatisticsHistory();
  history.begin(read(), NO_TRAFFIC);
  let writing = Promise.resolve();
  const timer = setInterval(() => {
    const snapshot = read();
    const { at, sessions } = snapshot;
    const { sample } = history.add(snapshot, NO_TRAFFIC);
    const lines = [...sessions.map((session) => lineLogRow({ at, session })), lineLogRow({ at, sample })];
    writing = writing.then(() => appendCsv(path, LINE_LOG_HEADER, lines, new Date(at))).catch(report);
  }, PERIOD_MS);
  return () => {
    clearInterval(timer);
    return writing;
  };
}
