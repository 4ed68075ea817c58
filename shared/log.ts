export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** One line of the log; `tunnel` is a profile's id, or null for the app itself. */
export interface LogLine {
  /** grows by one a line, so that a reader can join a tail with what follows */
  seq: number;
  /** milliseconds since 1970 */
  at: number;
  level: LogLevel;
  tunnel: string | null;
  text: string;
}

/** Lines kept in memory, over all tunnels. */
export const LOG_LINES_KEPT = 5000;
