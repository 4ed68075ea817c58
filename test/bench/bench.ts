import { parseArgs } from 'node:util';
import { build } from '../support/build.ts';
import { ensureKcptun, ensurePrograms } from '../support/debian.ts';
import type { Kind } from '../support/peers.ts';
import { LOADS, measureGrowth } from './growth.ts';
import { LOSSES, LOSSY_PAIRS, measureLossy } from './lines.ts';
import { type Figures, measurePacing, measurePair, PACING_ROWS, ROWS } from './pair.ts';
import { digits, machine, median, table, versus } from './report.ts';

const USAGE = `npm run bench -- [options]
  --runs N       how often everything is measured; the medians are shown (3)
  --seconds N    length of each iperf3 run (5)
  --rows TEXT    only rows whose name holds TEXT
  --lossy        goodput over a lossy line instead
  --growth       CPU per GB by streams and windows instead
  --pacing       what pacing costs on loopback instead: ours with pace auto and off, by the sockets' way and by dgram
  --json         print JSON`;

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '5' },
    rows: { type: 'string', default: '' },
    lossy: { type: 'boolean', default: false },
    growth: { type: 'boolean', default: false },
    pacing: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const runs = Number(options.runs);
const CLIENTS: Kind[] = ['debian', 'ours'];
/** The reference, our client by the fastest way to move datagrams here, and by plain dgram. */
const WAYS = ['debian', 'auto', 'dgram'] as const;
type Way = (typeof WAYS)[number];

/** All the results of one (row, peer), run by run; `medians` folds them. */
type Results<F> = Map<string, F[]>;

/**
 * Measures every row with every variant, interleaved, `runs` times; the order turns round from run to run,
 * so that a machine that warms up or tires favours nobody.
 */
async function interleave<R, V, F>(
  rows: readonly R[],
  variants: readonly V[],
  label: (row: R, variant: V) => string,
  measure: (row: R, variant: V, run: number) => Promise<F>,
): Promise<Results<F>> {
  const results: Results<F> = new Map();
  for (let run = 0; run < runs; run++)
    for (const row of rows)
      for (const variant of run % 2 === 0 ? variants : [...variants].reverse()) {
        const name = label(row, variant);
        const figures = await measure(row, variant, run);
        console.error(`run ${run + 1}/${runs}  ${name}  ${JSON.stringify(figures)}`);
        results.set(name, [...(results.get(name) ?? []), figures]);
      }
  return results;
}

function medians<K extends string>(results: Results<Record<K, number>>, name: string): Record<K, number> {
  const all = results.get(name);
  if (!all) throw new Error(`nothing was measured for ${name}`);
  const keys = Object.keys(all[0]) as K[];
  return Object.fromEntries(keys.map((key) => [key, median(all.map((one) => one[key]))])) as Record<
    K,
    number
  >;
}

function print(title: string, head: string[], rows: string[][], figures: unknown): void {
  if (options.json) console.log(JSON.stringify({ title, machine: machine(), runs, figures }, null, 2));
  else console.log(`${title}\n${machine()}; medians of ${runs}\n\n${table(head, rows)}`);
}

async function pairs(): Promise<void> {
  const rows = ROWS.filter(({ name }) => name.includes(options.rows));
  const label = (row: { name: string }, way: Way): string => `${row.name}: ${way}`;
  const results = (await interleave(rows, WAYS, label, (row, way) => {
    process.env.KCPTUN_TRANSPORT = way === 'dgram' ? 'dgram' : 'auto';
    return measurePair(way === 'debian' ? 'debian' : 'ours', row, Number(options.seconds));
  })) as Results<Figures & Record<keyof Figures, number>>;
  const figures = rows.flatMap((row) =>
    WAYS.slice(1).map((way) => ({
      name: way === 'dgram' ? `${row.name}, with dgram` : row.name,
      ours: medians(results, label(row, way)),
      theirs: medians(results, label(row, 'debian')),
    })),
  );
  const columns: [keyof Figures, string][] = [
    ['up', 'up Mbit/s'],
    ['down', 'down Mbit/s'],
    ['cpuUp', 'client CPU s/GB up'],
    ['cpuDown', 'client CPU s/GB down'],
    ['rss', 'client RSS peak MB'],
    ['p50', '1-byte echo p50 us'],
    ['p99', 'p99 us'],
  ];
  print(
    `Our client / Debian's kcptun-client 20210922, both with Debian's kcptun-server`,
    ['', ...columns.map(([, title]) => title)],
    figures.map(({ name, ours, theirs }) => [
      name,
      ...columns.map(([key]) => versus(ours[key], theirs[key])),
    ]),
    figures,
  );
}

async function lossy(): Promise<void> {
  const name = (loss: number, pair: (typeof LOSSY_PAIRS)[number]) =>
    `${loss * 100} %: ${pair.client} client, ${pair.server} server`;
  const results = await interleave(LOSSES, LOSSY_PAIRS, name, (loss, pair, run) =>
    measureLossy(pair, loss, run + 1),
  );
  const figures = LOSSES.map((loss) => ({
    loss,
    pairs: LOSSY_PAIRS.map((pair) => ({ ...pair, ...medians(results, name(loss, pair)) })),
  }));
  print(
    'Goodput in Mbit/s over 100 ms of round trip, 10 ms of jitter, 2 % duplicated, 5 % reordered (up, down)',
    ['loss', ...LOSSY_PAIRS.map(({ client, server }) => `${client} client, ${server} server`)],
    figures.map(({ loss, pairs }) => [
      `${loss * 100} %`,
      ...pairs.map(({ up, down }, i) =>
        i === 0
          ? `${digits(up)}, ${digits(down)}`
          : `${digits(up)} (${(up / pairs[0].up).toFixed(2)}), ${digits(down)} (${(down / pairs[0].down).toFixed(2)})`,
      ),
    ]),
    figures,
  );
}

async function growth(): Promise<void> {
  const loads = LOADS.filter(({ name }) => name.includes(options.rows));
  const results = await interleave(
    loads,
    CLIENTS,
    (load, client) => `${load.name}: ${client}`,
    (load, client) => measureGrowth(client, load),
  );
  const figures = loads.map(({ name }) => ({
    name,
    ours: medians(results, `${name}: ours`),
    theirs: medians(results, `${name}: debian`),
  }));
  print(
    'The client (fast3, nocomp), CPU s/GB and peak memory: ours / theirs',
    ['', 'up', 'down', 'RSS peak MB'],
    figures.map(({ name, ours, theirs }) => [
      name,
      versus(ours.up, theirs.up),
      versus(ours.down, theirs.down),
      versus(ours.rss, theirs.rss),
    ]),
    figures,
  );
}

async function pacing(): Promise<void> {
  const rows = PACING_ROWS.filter(({ name }) => name.includes(options.rows));
  const variants = (['auto', 'dgram'] as const).flatMap((way) =>
    (['auto', 'off'] as const).map((pace) => ({ way, pace })),
  );
  type Variant = (typeof variants)[number];
  const label = ({ name }: { name: string }, { way, pace }: Variant): string =>
    `${name}${way === 'dgram' ? ', with dgram' : ''}: ${pace}`;
  const results = await interleave(rows, variants, label, (row, { way, pace }) => {
    process.env.KCPTUN_TRANSPORT = way;
    return measurePacing(pace, row, Number(options.seconds));
  });
  const figures = rows.flatMap((row) =>
    (['auto', 'dgram'] as const).map((way) => ({
      name: label(row, { way, pace: 'auto' }).replace(/: auto$/, ''),
      auto: medians(results, label(row, { way, pace: 'auto' })),
      off: medians(results, label(row, { way, pace: 'off' })),
    })),
  );
  const columns = ['up', 'down', 'cpuUp', 'cpuDown', 'wokenUp', 'wokenDown'] as const;
  print(
    'Our client with pace auto / off, with Debian’s kcptun-server: Mbit/s, CPU s/GB, wakeups a MB',
    ['', ...columns],
    figures.map(({ name, auto, off }) => [name, ...columns.map((key) => versus(auto[key], off[key]))]),
    figures,
  );
}

if (options.help) {
  console.log(USAGE);
} else {
  if (!ensureKcptun() || !ensurePrograms(['iperf3'], 'iperf3', 'the bench')) process.exit(1);
  if (!process.env.OURS) await build('node');
  if (options.lossy) await lossy();
  else if (options.growth) await growth();
  else if (options.pacing) await pacing();
  else await pairs();
}
