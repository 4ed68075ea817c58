import type { Flags, Kind } from '../../support/peers.ts';
import { median } from '../report.ts';
import type { RealCell, RealFigures } from './real-run.ts';

/** A way to set up both ends of a tunnel. */
export interface Setup {
  name: string;
  flags: Flags;
}

/** One row of the table: a cell, with what it was set up by. */
export interface Entry {
  cell: RealCell;
  setup: string;
  /** of a search for the best windows, rather than asked for */
  searched: boolean;
  figures: RealFigures[];
}

/** What Go's users write: nothing, and the recipes that are passed on. */
export const USUAL: Setup[] = [
  { name: 'as they come', flags: {} },
  { name: 'fast2, 1024', flags: { mode: 'fast2', sndwnd: 1024, rcvwnd: 1024 } },
  { name: 'fast3, 2048', flags: { mode: 'fast3', sndwnd: 2048, rcvwnd: 2048 } },
];

export const setupOf = (mode: string, window: number): Setup => ({
  name: `${mode}, ${window}`,
  flags: { mode, sndwnd: window, rcvwnd: window },
});

const SEARCHED_MODE = 'fast3';
/** Of what is in flight on the line with its queue empty. */
const SEARCHED = [0.7, 1, 1.4, 2];
const ROUND_TO = 8;

/**
 * Windows among which the best for a Go pair is looked for: around as many packets as are in flight when the line is
 * full and its queue is empty. Each is run once, and the one with the most goodput as often as everything else.
 */
export function searched({ rate, rtt }: Pick<RealCell, 'rate' | 'rtt'>, mtu: number): Setup[] {
  const packets = (rate * 125 * rtt) / mtu;
  const windows = SEARCHED.map((share) => Math.max(16, Math.round((packets * share) / ROUND_TO) * ROUND_TO));
  return windows.map((window) => setupOf(SEARCHED_MODE, window));
}

export const isGo = ({ client, server }: Pick<RealCell, 'client' | 'server'>): boolean =>
  client !== 'ours' && server !== 'ours';

/** Whether a row is of the same line and the same way. */
const sameLine = (a: RealCell, b: RealCell): boolean =>
  a.rate === b.rate &&
  a.rtt === b.rtt &&
  a.queue === b.queue &&
  a.loss === b.loss &&
  a.burst === b.burst &&
  a.way === b.way;

/** Medians over the runs of an entry that can be believed. */
export function folded({ figures }: Entry): RealFigures & { runs: number } {
  const believed = figures.filter(({ overrun }) => overrun === 0);
  const runs = believed.length > 0 ? believed : figures;
  const middle = (name: keyof RealFigures): number => median(runs.map((one) => one[name]));
  return {
    goodput: middle('goodput'),
    wire: middle('wire'),
    dropped: middle('dropped'),
    droppedInAll: middle('droppedInAll'),
    idle: middle('idle'),
    p50: middle('p50'),
    p95: middle('p95'),
    rampUp: middle('rampUp'),
    busiest: Math.max(...runs.map(({ busiest }) => busiest)),
    overrun: Math.max(...runs.map(({ overrun }) => overrun)),
    runs: runs.length,
  };
}

/** Of several entries the one with the most goodput. */
export const bestOf = (entries: readonly Entry[]): Entry | undefined =>
  entries.reduce<Entry | undefined>(
    (best, entry) => (best && folded(best).goodput >= folded(entry).goodput ? best : entry),
    undefined,
  );

/** The best Go pair on the line of a cell, of a kind or of any. */
export const bestGo = (entries: readonly Entry[], cell: RealCell, kind?: Kind): Entry | undefined =>
  bestOf(
    entries.filter(
      (entry) =>
        isGo(entry.cell) && sameLine(entry.cell, cell) && (kind === undefined || entry.cell.client === kind),
    ),
  );
