import type { Moment } from './cell.ts';

const WIDTH = 1000;
const HEIGHT = 160;
const LEFT = 60;
const ROWS: {
  name: string;
  lines: { of: Exclude<keyof Moment, 'state'>; label: string; colour: string }[];
}[] = [
  {
    name: 'Mbit/s',
    lines: [
      { of: 'wire', label: 'offered to the line', colour: '#c9a227' },
      { of: 'other', label: 'beside it', colour: '#8a8a8a' },
      { of: 'estimate', label: 'what the line carries, as the sender knows it', colour: '#2ca02c' },
      { of: 'goodput', label: 'goodput', colour: '#1f77b4' },
    ],
  },
  { name: 'queue, ms', lines: [{ of: 'queue', label: 'waiting in front of the line', colour: '#d62728' }] },
  {
    name: 'round trip, ms',
    lines: [{ of: 'rtt', label: 'smoothed, as the sender knows it', colour: '#2ca02c' }],
  },
  { name: 'in flight', lines: [{ of: 'inFlight', label: 'segments', colour: '#9467bd' }] },
];

/** A cell over time: rate, queue, round trip and what is in flight, one under the other. */
export function chart(title: string, moments: readonly Moment[]): string {
  const end = moments.at(-1)?.at ?? 1;
  const parts: string[] = [];
  const text = (x: number, y: number, content: string, more = ''): void =>
    void parts.push(
      `<text x="${x}" y="${y}" font-size="12" font-family="sans-serif" ${more}>${content}</text>`,
    );
  text(LEFT, 16, title, 'font-weight="bold"');
  ROWS.forEach(({ name, lines }, row) => {
    const top = 40 + row * (HEIGHT + 40);
    const most = Math.max(1, ...lines.flatMap(({ of }) => moments.map((moment) => moment[of])));
    parts.push(
      `<rect x="${LEFT}" y="${top}" width="${WIDTH}" height="${HEIGHT}" fill="none" stroke="#999"/>`,
    );
    text(LEFT - 6, top + 10, most.toFixed(0), 'text-anchor="end"');
    text(LEFT - 6, top + HEIGHT, '0', 'text-anchor="end"');
    text(LEFT, top - 6, name);
    lines.forEach(({ of, label, colour }, i) => {
      text(LEFT + 150 + i * 200, top - 6, label, `fill="${colour}"`);
      const points = moments.map(
        (moment) =>
          `${(LEFT + (moment.at / end) * WIDTH).toFixed(1)},${(top + HEIGHT * (1 - moment[of] / most)).toFixed(1)}`,
      );
      parts.push(`<polyline points="${points.join(' ')}" fill="none" stroke="${colour}"/>`);
    });
  });
  text(LEFT + WIDTH, 40 + ROWS.length * (HEIGHT + 40), `${(end / 1000).toFixed(0)} s`, 'text-anchor="end"');
  const height = 60 + ROWS.length * (HEIGHT + 40);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH + LEFT + 20} ${height}"><rect width="100%" height="100%" fill="white"/>${parts.join('')}</svg>\n`;
}
