import type { Counters } from './counters.ts';
import type { DownloadSnapshot, LineSnapshot, SessionSnapshot, StreamSnapshot } from './snapshot.ts';

/** How far back the history reaches: ten minutes of seconds and a day of minutes. */
export const SECONDS_KEPT = 600;
export const MINUTES_KEPT = 1440;
/** How long a closed connection stays in the list, in milliseconds. */
export const CLOSED_KEPT_MS = 60_000;

/**
 * One second, or one minute, of a running tunnel. Rates are bytes a second, averaged over the sample; ratios are 0..1;
 * null means not known (no traffic to measure by, or the peer sends no FEC).
 */
export interface Sample {
  /** end of the sample, milliseconds since 1970 */
  at: number;
  /** bytes of the connections a second to the server and from it, as they are before compression */
  up: number;
  down: number;
  /** UDP payload bytes a second to the server, and from it */
  wireUp: number;
  wireDown: number;
  /** smoothed round trip and its variance in milliseconds, of the session with the most recent answer */
  rtt: number | null;
  rttvar: number | null;
  /** share of the peer's FEC shards that did not arrive, before recovery */
  loss: number | null;
  /** share of the segments sent that were sent again */
  retrans: number | null;
  /** shards rebuilt, and groups that could not be, within the sample */
  fecRecovered: number;
  fecFailed: number;
  /** the line to the server and from it at the end of the sample, over all sessions; null where none knows it */
  line: LineSnapshot | null;
  download: DownloadSnapshot | null;
  /** sessions that are up, and open connections, at the end of the sample */
  sessions: number;
  connections: number;
}

/** Since the tunnel was switched on. */
export interface Totals {
  /** milliseconds since 1970 */
  since: number;
  /** bytes of the connections, as they are before compression */
  up: number;
  down: number;
  /** UDP payload bytes */
  wireUp: number;
  wireDown: number;
  /** the part of `wireUp` that was parity */
  parityUp: number;
}

/** What is pushed once a second for a running tunnel. */
export interface Statistics {
  sample: Sample;
  /** the minute just completed, on the tick that completes it */
  minute: Sample | null;
  totals: Totals;
  counters: Counters;
  sessions: SessionSnapshot[];
}

export interface History {
  /** oldest first */
  seconds: Sample[];
  minutes: Sample[];
}

/** A connection, open or closed within the last minute. */
export interface Connection extends StreamSnapshot {
  /** milliseconds since 1970, or null while it is open */
  closedAt: number | null;
}
