import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'vite';
import { kernel } from '../../../vite.config.ts';
import { machine, table } from '../report.ts';
import { judge, Tally } from './bars.ts';
import type { Cell, CellResult, Way } from './cell.ts';

const USAGE = `npm run bench:line -- --simulated [options]; lists are of numbers with commas
  --rate LIST     Mbit/s (5,20,100)
  --rtt LIST      ms (20,100,300)
  --queue LIST    ms (50,100,200)
  --loss LIST     shares of 1 (0,0.02,0.1,0.2)
  --burst N       datagrams lost in a row, in the mean (1)
  --jitter N      ms (0)
  --way WAY       up or down (up)
  --mode MODE     fast3, fast2, fast or normal (fast3)
  --window N      windows of both ends, in packets (4096)
  --fec D+P       data and parity shards (10+3)
  --pace WHAT     auto or off (auto)
  --cubic N       Cubic-like flows beside it (0)
  --seconds N     of bulk (10)
  --chart FILE    an SVG of the last cell over time`;

const { values } = parseArgs({
  options: {
    simulated: { type: 'boolean', default: false },
    rate: { type: 'string', default: '5,20,100' },
    rtt: { type: 'string', default: '20,100,300' },
    queue: { type: 'string', default: '50,100,200' },
    loss: { type: 'string', default: '0,0.02,0.1,0.2' },
    burst: { type: 'string', default: '1' },
    jitter: { type: 'string', default: '0' },
    way: { type: 'string', default: 'up' },
    mode: { type: 'string', default: 'fast3' },
    window: { type: 'string', default: '4096' },
    fec: { type: 'string', default: '10+3' },
    pace: { type: 'string', default: 'auto' },
    cubic: { type: 'string', default: '0' },
    seconds: { type: 'string', default: '10' },
    chart: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}

/** Cells that do not hold a bar, named at most; the table has them all. */
const NAMED = 12;

const numbers = (list: string): number[] => list.split(',').map(Number);
const [datashard, parityshard] = numbers(values.fec.replace('+', ','));
const window = Number(values.window);
const options = {
  mode: values.mode,
  sndwnd: window,
  rcvwnd: window,
  datashard,
  parityshard,
  pace: values.pace,
} as Cell['client'];
const cells: Cell[] = [];
for (const rate of numbers(values.rate))
  for (const rtt of numbers(values.rtt))
    for (const queue of numbers(values.queue))
      for (const loss of numbers(values.loss))
        cells.push({
          ...{ rate, rtt, queue, loss, way: values.way as Way, client: options, server: options },
          ...{ burst: Number(values.burst), jitter: Number(values.jitter), cubic: Number(values.cubic) },
          seconds: Number(values.seconds),
        });

const outDir = join(fileURLToPath(new URL('../../..', import.meta.url)), 'node_modules/.line');
await build({
  configFile: false,
  root: fileURLToPath(new URL('../../..', import.meta.url)),
  logLevel: 'warn',
  plugins: [kernel()],
  build: {
    ssr: fileURLToPath(new URL('simulated-run.ts', import.meta.url)),
    outDir,
    target: 'node20',
    minify: false,
  },
});

const args = [
  join(outDir, 'simulated-run.js'),
  JSON.stringify(cells),
  ...(values.chart ? [values.chart] : []),
];
const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
const exited = once(child, 'exit');
const rows: string[][] = [];
const tally = new Tally();
for await (const line of createInterface({ input: child.stdout })) {
  const { cell, figures } = JSON.parse(line) as { cell: Cell; figures: Omit<CellResult, 'moments'> };
  const { goodput, ideal, wire, dropped, repeated, p50, p95, rampUp } = figures;
  const name = [cell.rate, cell.rtt, cell.queue, cell.loss ?? 0].join(' · ');
  tally.add(name, judge('ours', { ...cell, loss: cell.loss ?? 0, conn: cell.conn ?? 1, ideal }, figures));
  rows.push([
    ...[cell.rate, cell.rtt, cell.queue, cell.loss ?? 0].map(String),
    `${goodput.toFixed(2)} (${(goodput / ideal).toFixed(2)})`,
    wire.toFixed(3),
    (dropped * 100).toFixed(2),
    (repeated * 100).toFixed(2),
    `+${p50?.toFixed(0)} / +${p95?.toFixed(0)}`,
    String(rampUp),
  ]);
}
const [code] = (await exited) as [number];
const head = [
  'Mbit/s',
  'rtt',
  'queue',
  'loss',
  'goodput (of ideal)',
  'wire',
  'drop %',
  'again %',
  'echo, ms',
  '90 % after, ms',
];
console.log(machine());
console.log(
  `simulated, ${values.way}, ${values.mode}, windows ${window}, FEC ${values.fec}, pace ${values.pace}\n`,
);
console.log(table(head, rows));
console.log(`\n${tally.lines(NAMED).join('\n')}`);
process.exitCode = code;
