import { idealGoodput } from './ideal.ts';
import { judge, type Sender, Tally } from './bars.ts';
import { bestGo, bestOf, type Entry, folded, isGo, USUAL } from './plan.ts';
import type { RealCell, RealFigures } from './real-run.ts';
import { table } from '../report.ts';

const NAMES = { ours: 'our', go: 'Go', debian: "Debian's" };
const MTU = 1350;
const SHARDS = { datashard: 10, parityshard: 3 };
/** A process that needs more of a core than this no longer answers in time, and so slows the line it is to measure. */
const BUSY = 0.7;

/** Who sends the bulk, as far as the bars go; none of two Go ends, and of a Go client's upload. */
function senderOf({ client, server, way }: RealCell): Sender | undefined {
  if ((way === 'up' ? client : server) === 'ours') return 'ours';
  return client === 'ours' ? 'braked' : undefined;
}

/** What the line can carry, with the parity that its loss needs, or with all of it. */
const idealOf = (cell: RealCell, parity: 'needed' | 'full' = 'needed'): number =>
  idealGoodput({ ...cell, ...SHARDS, mtu: MTU }, parity);

const percent = (share: number): string => (share === 0 ? '0' : `${(share * 100).toPrecision(2)} %`);
const after = (ms: number): string => (Number.isFinite(ms) ? `${(ms / 1000).toFixed(1)} s` : 'never');
const more = (ms: number): string => (Number.isNaN(ms) ? '–' : `+${Math.max(0, Math.round(ms))}`);

function pairName({ client, server }: RealCell): string {
  return client === server
    ? `${NAMES[client]} at both ends`
    : `${NAMES[client]} client, ${NAMES[server]} server`;
}

const lineName = ({ rate, rtt, queue }: RealCell): string =>
  `${rate} Mbit/s, ${rtt} ms there and back, a queue of ${queue} ms`;

const setupName = ({ setup, searched }: Entry): string => (searched ? `${setup}, the best found` : setup);

function fullTable(entries: readonly Entry[]): string {
  const rows = entries.map((entry) => {
    const { cell } = entry;
    const figures = folded(entry);
    return [
      percent(cell.loss),
      cell.way,
      pairName(cell),
      setupName(entry),
      `${figures.goodput.toFixed(1)} (${(figures.goodput / idealOf(cell)).toFixed(2)})`,
      figures.wire.toFixed(2),
      percent(figures.dropped),
      `${more(figures.p50)} / ${more(figures.p95)}`,
      after(figures.rampUp),
    ];
  });
  const head = ['random loss', 'way', 'ends', 'set up', 'goodput Mbit/s (of ideal)', 'wire bytes a byte'];
  return table([...head, 'dropped by the queue', 'echo p50 / p95 ms', '90 % after'], rows);
}

const brief = ({ goodput, wire, p95 }: RealFigures): string =>
  `${goodput.toFixed(1)} · ${wire.toFixed(2)} · ${more(p95)}`;

/** A row a loss and way: ours and Go's side by side. */
function briefTable(entries: readonly Entry[]): string {
  const first = (found: readonly Entry[]): string => (found[0] ? brief(folded(found[0])) : '–');
  const eager = USUAL[USUAL.length - 1].name;
  const rows: string[][] = [];
  for (const loss of new Set(entries.map(({ cell }) => cell.loss)))
    for (const way of new Set(entries.map(({ cell }) => cell.way))) {
      const here = entries.filter(({ cell }) => cell.loss === loss && cell.way === way);
      const ours = here.filter(({ cell }) => cell.client === 'ours' && cell.server === 'ours');
      const mixed = here.filter(({ cell }) => cell.client === 'ours' && cell.server !== 'ours');
      const go = here.filter(({ cell }) => isGo(cell));
      const best = bestOf(go);
      const usual = go.filter(({ setup }) => setup === eager);
      rows.push([
        percent(loss),
        way,
        first(ours),
        first(mixed),
        best ? `${brief(folded(best))} (${best.setup})` : '–',
        first(usual),
      ]);
    }
  const head = [
    'random loss',
    'way',
    'ours at both ends',
    'our client, Go server',
    'Go, the best of all setups',
  ];
  return table([...head, `Go, ${eager}`], rows);
}

/** How many of the measured cells hold each bar. */
function bars(entries: readonly Entry[]): string[] {
  const tallies = { ours: new Tally(), braked: new Tally() };
  for (const entry of entries) {
    const { cell } = entry;
    const sender = senderOf(cell);
    if (!sender) continue;
    const best = bestGo(entries, cell);
    const judged = {
      ...cell,
      ideal: idealOf(cell, sender === 'ours' ? 'needed' : 'full'),
      best: best && folded(best).goodput,
    };
    const name = `${percent(cell.loss)}, ${cell.way}, ${pairName(cell)}, ${entry.setup}`;
    tallies[sender].add(name, judge(sender, judged, folded(entry)));
  }
  return [
    'Where our engine sends:',
    '',
    ...tallies.ours.lines(),
    '',
    'Where a Go server sends all of its parity to our client:',
    '',
    ...tallies.braked.lines(),
  ];
}

/** Everything as Markdown: a short table, the bars, the long table; and what spoils a figure, if anything does. */
export function report(entries: readonly Entry[]): string {
  const parts: string[] = [];
  const lines = new Map<string, Entry[]>();
  for (const entry of entries) {
    const name = lineName(entry.cell);
    lines.set(name, [...(lines.get(name) ?? []), entry]);
  }
  for (const [name, here] of lines) {
    parts.push(`**${name}**: goodput Mbit/s · bytes on the wire a byte · echo p95 beyond idle, ms\n`);
    parts.push(briefTable(here), '', ...bars(here), '', fullTable(here), '');
  }
  const spoilt = entries.flatMap((entry) => {
    const { busiest, overrun } = folded(entry);
    const title = `${pairName(entry.cell)}, ${entry.cell.way}, ${percent(entry.cell.loss)}, ${entry.setup}`;
    return [
      ...(overrun > 0 ? [`- ${title}: the relay was overrun by ${overrun} datagrams in every run`] : []),
      ...(busiest > BUSY ? [`- ${title}: a process needed ${busiest.toFixed(2)} of a core`] : []),
    ];
  });
  return [...parts, ...(spoilt.length > 0 ? ['Not to be believed:', ...spoilt] : [])].join('\n');
}
