/** The value that the share `q` of them is below; NaN of none. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length === 0 ? NaN : sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];
}

/** Of an idle line's echoes: loss delays some of them, too, and those tell nothing of the line. */
export const IDLE_QUANTILE = 0.25;

/** Over which a rate counts as reached, in ms. */
const REACHED_OVER_MS = 200;

/** When 90 % of `goodput` (Mbit/s) was first held over 200 ms. @param marks ms and bytes received by then, in order */
export function rampUp(marks: readonly { at: number; received: number }[], goodput: number): number {
  let from = 0;
  for (const { at, received } of marks) {
    while (from + 1 < marks.length && marks[from + 1].at <= at - REACHED_OVER_MS) from++;
    const before = marks[from];
    const ms = at - before.at;
    if (ms >= REACHED_OVER_MS && ((received - before.received) * 8) / (ms * 1000) >= 0.9 * goodput) return at;
  }
  return Infinity;
}

/** Parses JSON of figures: what was never reached, and what nothing was measured of, are null there. */
export const parseFigures = <T>(json: string): T =>
  JSON.parse(json, (_key, value: unknown) => (value === null ? Infinity : value)) as T;
