import type { SessionSnapshot } from './snapshot.ts';
import type { Sample } from './statistics.ts';

/** A moment of a session's line, or (as a sample) of all of a tunnel's sessions. */
type Row =
  | { at: number; session: SessionSnapshot; sample?: undefined }
  | { at: number; session?: undefined; sample: Sample };

/** Of a column that covers all sessions. */
export const ALL_SESSIONS = 'all';

const megabits = (bytes: number): number => round((bytes * 8) / 1e6);
const round = (value: number): number => Number(value.toFixed(3));
const percent = (share: number | null): number | null => share && round(share * 100);

/**
 * The columns of a log of the line, with their units: `mbit_s` counts datagrams. What is not known is empty. Sent,
 * received and sent again are known of all sessions together only.
 */
const COLUMNS: Record<string, (row: Row) => string | number | null | undefined> = {
  unix_ms: ({ at }) => at,
  session: ({ session }) => (session ? session.conv.toString(16).padStart(8, '0') : ALL_SESSIONS),
  sent_mbit_s: ({ sample }) => sample && megabits(sample.wireUp),
  received_mbit_s: ({ sample }) => sample && megabits(sample.wireDown),
  sent_again_percent: ({ sample }) => sample && percent(sample.retrans),
  round_trip_ms: ({ session, sample }) => rounded(session ? session.srtt : sample.rtt),
  state: (row) => up(row)?.state,
  line_mbit_s: (row) => of(up(row)?.rate, megabits),
  pace_mbit_s: (row) => of(up(row)?.pace, megabits),
  propagation_ms: (row) => rounded(up(row)?.propagation),
  queue_ms: (row) => rounded(up(row)?.queue),
  in_flight_bytes: (row) => of(up(row)?.inFlight, Math.round),
  window_bytes: (row) => of(up(row)?.window, Math.round),
  lost_percent: (row) => percent(up(row)?.loss ?? null),
  parity_a_group: (row) => rounded(up(row)?.parity),
  down_line_mbit_s: (row) => of(down(row)?.rate, megabits),
  down_propagation_ms: (row) => rounded(down(row)?.propagation),
  down_queue_ms: (row) => rounded(down(row)?.queue),
  down_window_bytes: (row) => of(down(row)?.window, Math.round),
  down_braked: (row) => of(down(row)?.braked, Number),
};

const up = ({ session, sample }: Row) => (session ?? sample).line;
const down = ({ session, sample }: Row) => (session ?? sample).download;
const of = <T>(value: T | undefined, as: (value: T) => number): number | undefined =>
  value === undefined ? undefined : as(value);
const rounded = (value: number | null | undefined): number | null | undefined => value && round(value);

export const LINE_LOG_HEADER = Object.keys(COLUMNS).join(',');

/** A line of CSV, without its end. */
export const lineLogRow = (row: Row): string =>
  Object.values(COLUMNS)
    .map((column) => column(row) ?? '')
    .join(',');

/** A tunnel's samples as a whole file. */
export const lineLog = (samples: readonly Sample[]): string =>
  [LINE_LOG_HEADER, ...samples.map((sample) => lineLogRow({ at: sample.at, sample })), ''].join('\n');
