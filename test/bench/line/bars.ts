/** What a run of a cell came to: Mbit/s, shares of 1, ms. */
export interface Measured {
  goodput: number;
  /** bytes offered to the line for each byte of goodput */
  wire: number;
  /** dropped by the queue after the start-up */
  dropped: number;
  /** of the echo beyond an idle line's */
  p50: number;
  p95: number;
  /** until 90 % of `goodput` was reached */
  rampUp: number;
}

/** Who decides what is sent: our engine, or an unchanged Go server that our client can but brake. */
export type Sender = 'ours' | 'braked';

interface Bar {
  loss: number;
  /** the least of the ideal; and the least of the best Go pair's goodput */
  ideal?: number;
  best?: number;
  wire?: number;
  p50?: number;
  p95?: number;
}

/** What a cell should hold, by its loss. */
const BARS: Record<Sender, { dropped: number; rampUp: (rtt: number) => number; bars: Bar[] }> = {
  ours: {
    dropped: 0.01,
    rampUp: (rtt) => 1000 + 5 * rtt,
    bars: [
      { loss: 0, ideal: 0.9, wire: 1.1, p50: 30, p95: 60 },
      { loss: 0.02, ideal: 0.9, wire: 1.2, p50: 60, p95: 200 },
      { loss: 0.1, ideal: 0.85, best: 1.3, wire: 1.5, p50: 150, p95: 350 },
      { loss: 0.2, best: 1.2 },
      { loss: 0.3, best: 1.2 },
    ],
  },
  braked: {
    dropped: 0.02,
    rampUp: (rtt) => 2000 + 10 * rtt,
    bars: [
      { loss: 0, ideal: 0.95, best: 1, wire: 1.42, p50: 60, p95: 100 },
      { loss: 0.02, ideal: 0.95, best: 1, wire: 1.45, p50: 80, p95: 200 },
      { loss: 0.1, best: 1, wire: 1.6, p50: 200, p95: 400 },
      { loss: 0.2, best: 1 },
      { loss: 0.3, best: 1 },
    ],
  },
};

export interface Judgement {
  bar: string;
  figure: number;
  limit: number;
  held: boolean;
}

export interface JudgedCell {
  loss: number;
  rtt: number;
  conn: number;
  ideal: number;
  /** goodput of the best Go pair, where it was measured */
  best?: number;
}

/** Every bar of a cell, and whether what was measured holds it. A cell of another loss than the bars' has none. */
export function judge(sender: Sender, cell: JudgedCell, measured: Measured): Judgement[] {
  const { dropped, rampUp, bars } = BARS[sender];
  const bar = bars.find(({ loss }) => loss === cell.loss);
  if (!bar) return [];
  const judged: Judgement[] = [];
  const least = (name: string, figure: number, limit: number | undefined): void =>
    void (limit !== undefined && judged.push({ bar: name, figure, limit, held: figure >= limit }));
  const most = (name: string, figure: number, limit: number | undefined): void =>
    void (limit !== undefined && judged.push({ bar: name, figure, limit, held: figure <= limit }));
  // a second session takes the echo out of the bulk's way
  const share = bar.loss === 0.1 && cell.conn === 2 ? 0.5 : 1;
  const part = (limit: number | undefined): number | undefined => limit && limit * share;
  least('goodput of ideal', measured.goodput / cell.ideal, bar.ideal);
  if (cell.best) least('goodput of the best Go pair', measured.goodput / cell.best, bar.best);
  most('wire bytes a byte', measured.wire, bar.wire);
  most('dropped', measured.dropped, dropped);
  most('echo p50', measured.p50, part(bar.p50));
  most('echo p95', measured.p95, part(bar.p95));
  most('90 % after', measured.rampUp, rampUp(cell.rtt));
  return judged;
}

/** How many cells hold each bar, and those that do not, by name. */
export class Tally {
  readonly #bars = new Map<string, { held: number; judged: number; fallen: string[] }>();

  add(cell: string, judgements: readonly Judgement[]): void {
    for (const { bar, figure, limit, held } of judgements) {
      const tally = this.#bars.get(bar) ?? { held: 0, judged: 0, fallen: [] };
      tally.judged++;
      if (held) tally.held++;
      else tally.fallen.push(`${cell}: ${round(figure)}, not ${round(limit)}`);
      this.#bars.set(bar, tally);
    }
  }

  /** A line for each bar, and under it a line for each cell that falls. @param named cells named a bar at most */
  lines(named = Infinity): string[] {
    return [...this.#bars].flatMap(([bar, { held, judged, fallen }]) => [
      `- ${bar}: ${held} of ${judged}`,
      ...fallen.slice(0, named).map((cell) => `  - ${cell}`),
      ...(fallen.length > named ? [`  - and ${fallen.length - named} more`] : []),
    ]);
  }
}

const round = (figure: number): string =>
  Number.isFinite(figure) ? String(Number(figure.toFixed(figure < 10 ? 3 : 0))) : 'never';
