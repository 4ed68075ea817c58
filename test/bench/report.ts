import { cpus, release, totalmem, type } from 'node:os';

/** @returns the middle of the figures, or the mean of the two in the middle */
export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Three significant digits, and none behind the point from 100 on. */
export const digits = (figure: number): string => (figure >= 100 ? figure.toFixed(0) : figure.toPrecision(3));

/** `ours / theirs = ratio` */
export const versus = (ours: number, theirs: number): string =>
  `${digits(ours)} / ${digits(theirs)} = **${(ours / theirs).toFixed(2)}**`;

export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** The machine and the day, without which no figure means anything. */
export const machine = (): string =>
  `${cpus()[0].model}, ${cpus().length} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, ` +
  `${type()} ${release()}, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}`;
