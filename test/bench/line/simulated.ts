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
import { parseFigures } from './figures.ts';
import { type Axes, BASE, cellsOf, nameOf, wholeGrid } from './grid.ts';

const USAGE = `npm run bench:line -- --simulated [options]; lists are with commas
  --grid          lines and setups of every kind, some 260 cells, instead of the lists
  --rate LIST     Mbit/s (5,20,100)
  --rtt LIST      ms (20,100,300)
  --queue LIST    ms (50,100,200)
  --loss LIST     shares of 1 (0,0.02,0.1,0.2)
  --burst LIST    datagrams lost in a row, in the mean (1)
  --jitter LIST   ms (0)
  --way LIST      up or down (up)
  --mode LIST     fast3, fast2, fast or normal (fast3)
  --window LIST   windows of both ends, in packets (4096)
  --fec LIST      D+P, data and parity shards (10+3)
  --conn LIST     sessions; the bulk is in the first, the echo in the last (1)
  --reader LIST   share of the rate that the receiving application takes (all)
  --pace LIST     auto or off (auto)
  --cubic LIST    Cubic-like flows beside it (0)
  --seconds N     of bulk (10)
  --named N       cells named for each bar that they do not hold (12)
  --chart FILE    an SVG of the last cell over time`;

const { values } = parseArgs({
  options: {
    simulated: { type: 'boolean', default: false },
    grid: { type: 'boolean', default: false },
    rate: { type: 'string', default: '5,20,100' },
    rtt: { type: 'string', default: '20,100,300' },
    queue: { type: 'string', default: '50,100,200' },
    loss: { type: 'string', default: '0,0.02,0.1,0.2' },
    burst: { type: 'string' },
    jitter: { type: 'string' },
    way: { type: 'string' },
    mode: { type: 'string' },
    window: { type: 'string' },
    fec: { type: 'string' },
    conn: { type: 'string' },
    reader: { type: 'string' },
    pace: { type: 'string' },
    cubic: { type: 'string' },
    seconds: { type: 'string', default: '10' },
    named: { type: 'string', default: '12' },
    chart: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}

function listed(): Cell[] {
  const texts = (axis: keyof Axes): string[] | undefined => values[axis]?.split(',');
  const numbers = (axis: keyof Axes): number[] | undefined => texts(axis)?.map(Number);
  return cellsOf(
    {
      rate: numbers('rate') ?? BASE.rate,
      rtt: numbers('rtt') ?? BASE.rtt,
      queue: numbers('queue') ?? BASE.queue,
      loss: numbers('loss') ?? BASE.loss,
      burst: numbers('burst') ?? BASE.burst,
      jitter: numbers('jitter') ?? BASE.jitter,
      way: (texts('way') as Way[] | undefined) ?? BASE.way,
      mode: texts('mode') ?? BASE.mode,
      window: numbers('window') ?? BASE.window,
      fec: texts('fec') ?? BASE.fec,
      conn: numbers('conn') ?? BASE.conn,
      pace: texts('pace') ?? BASE.pace,
      cubic: numbers('cubic') ?? BASE.cubic,
      reader: numbers('reader') ?? BASE.reader,
    },
    Number(values.seconds),
  );
}

const outDir = join(fileURLToPath(new URL('../../..', import.meta.url)), 'node_modules/.line');
await build({
  configFile: false,
  root: fileURLToPath(new URL('../../..', import.meta.url)),
  logLevel: 'error',
  plugins: [kernel()],
  build: {
    ssr: fileURLToPath(new URL('simulated-run.ts', import.meta.url)),
    outDir,
    target: 'node20',
    minify: false,
  },
});

const args = [join(outDir, 'simulated-run.js'), ...(values.chart ? [values.chart] : [])];
const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
const exited = once(child, 'exit');
child.stdin.end(JSON.stringify(values.grid ? wholeGrid() : listed()));
const rows: string[][] = [];
const tally = new Tally();
for await (const line of createInterface({ input: child.stdout })) {
  const { cell, figures } = parseFigures<{ cell: Cell; figures: Omit<CellResult, 'moments'> }>(line);
  const { goodput, ideal, wire, dropped, repeated, p50, p95, rampUp } = figures;
  const name = nameOf(cell);
  tally.add(name, judge('ours', { ...cell, loss: cell.loss ?? 0, conn: cell.conn ?? 1, ideal }, figures));
  rows.push([
    name,
    `${goodput.toFixed(2)} (${(goodput / ideal).toFixed(2)})`,
    wire.toFixed(3),
    (dropped * 100).toFixed(2),
    (repeated * 100).toFixed(2),
    `+${p50.toFixed(0)} / +${p95.toFixed(0)}`,
    rampUp === Infinity ? 'never' : String(rampUp),
  ]);
}
const [code] = (await exited) as [number];
const head = ['cell', 'goodput (of ideal)', 'wire', 'drop %', 'again %', 'echo, ms', '90 % after, ms'];
console.log(`${machine()}\nsimulated; fast3, windows 4096, FEC 10+3, up, unless told\n`);
console.log(table(head, rows));
console.log(`\n${tally.lines(Number(values.named)).join('\n')}`);
process.exitCode = code;
