import type { Sample } from '../../shared/statistics.ts';

/** A second of a quiet line; `over` says what is different. */
export const sample = (at: number, over: Partial<Sample> = {}): Sample => ({
  at,
  up: 0,
  down: 0,
  wireUp: 0,
  wireDown: 0,
  rtt: null,
  rttvar: null,
  loss: null,
  retrans: null,
  fecRecovered: 0,
  fecFailed: 0,
  line: null,
  download: null,
  sessions: 1,
  connections: 0,
  ...over,
});
