import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { build } from '../../support/build.ts';
import { ensureKcptun } from '../../support/debian.ts';
import type { Kind } from '../../support/peers.ts';
import { machine } from '../report.ts';
import type { Way } from './cell.ts';
import { parseFigures } from './figures.ts';
import { bestOf, type Entry, isGo, searched, type Setup, setupOf, USUAL } from './plan.ts';
import { measureLine, type RealCell } from './real-run.ts';
import { report } from './real-report.ts';

const USAGE = `npm run bench:line -- [options]; lists are with commas
  --rate LIST     Mbit/s (20)
  --rtt LIST      ms (100)
  --queue LIST    ms (100)
  --loss LIST     shares of 1 (0,0.02,0.1,0.2,0.3)
  --burst N       datagrams lost in a row, in the mean (1)
  --way LIST      up, down (up,down)
  --pairs LIST    client/server of our, go, debian
                  (our/our,our/go,go/go,debian/debian; without --go: our/our,our/debian,debian/debian)
  --go FOLDER     the programs 'client' and 'server' of a Go release (or KCPTUN_GO)
  --setup LIST    of pairs with an end of ours: mode:window (fast3:2048)
  --conn LIST     sessions of a tunnel of ours (1)
  --go-setup LIST of pairs of Go alone: usual (as its users set it up), best (windows by search) (usual,best)
  --runs N        of each; the medians are shown (3)
  --seconds N     of bulk (7)
  --jobs N        experiments at once (3)
  --json FILE     every run's figures, also for --from
  --from FILE     print what such a file holds, and measure nothing
--simulated -- --help tells of the bench in virtual time`;

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '20' },
    rtt: { type: 'string', default: '100' },
    queue: { type: 'string', default: '100' },
    loss: { type: 'string', default: '0,0.02,0.1,0.2,0.3' },
    burst: { type: 'string', default: '1' },
    way: { type: 'string', default: 'up,down' },
    pairs: { type: 'string' },
    go: { type: 'string', default: process.env.KCPTUN_GO },
    setup: { type: 'string', default: 'fast3:2048' },
    conn: { type: 'string', default: '1' },
    'go-setup': { type: 'string', default: 'usual,best' },
    runs: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '7' },
    jobs: { type: 'string', default: '3' },
    json: { type: 'string' },
    from: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const KINDS: Record<string, Kind> = { our: 'ours', go: 'go', debian: 'debian' };
const MTU = 1350;
const runs = Number(values.runs);

interface Results {
  machine: string;
  runs: number;
  seconds: number;
  jobs: number;
  entries: Entry[];
}

function kindOf(name: string): Kind {
  if (!(name in KINDS)) throw new Error(`--pairs: ${name}: expected our, go or debian`);
  return KINDS[name];
}

function numbers(option: 'rate' | 'rtt' | 'queue' | 'loss' | 'conn'): number[] {
  return values[option].split(',').map((text) => {
    const number = Number(text);
    if (text === '' || !(number >= 0)) throw new Error(`--${option}: ${text}: expected a number`);
    return number;
  });
}

function ways(): Way[] {
  return values.way.split(',').map((way) => {
    if (way !== 'up' && way !== 'down') throw new Error(`--way: ${way}: expected up or down`);
    return way;
  });
}

/** Mode and window of each of `--setup`. */
const ourSetups = (): Setup[] =>
  values.setup.split(',').map((text) => {
    const [mode, window] = text.split(':');
    if (!(Number(window) > 0)) throw new Error(`--setup: ${text}: expected mode:window, such as fast3:2048`);
    return setupOf(mode, Number(window));
  });

function plan(): Entry[] {
  const withGo = values.go ? 'our/our,our/go,go/go,debian/debian' : undefined;
  const pairs = (values.pairs ?? withGo ?? 'our/our,our/debian,debian/debian').split(',').map((pair) => {
    const [client, server = ''] = pair.split('/');
    return { client: kindOf(client), server: kindOf(server) };
  });
  const goSetups = new Set(values['go-setup'].split(','));
  for (const name of goSetups)
    if (name !== 'usual' && name !== 'best') throw new Error(`--go-setup: ${name}: expected usual or best`);
  const entries: Entry[] = [];
  for (const rate of numbers('rate'))
    for (const rtt of numbers('rtt'))
      for (const queue of numbers('queue'))
        for (const loss of numbers('loss'))
          for (const way of ways())
            for (const pair of pairs) {
              const line = { rate, rtt, queue, loss, burst: Number(values.burst), way };
              const add = (setup: Setup, conn: number, looked: boolean): void =>
                void entries.push({
                  cell: { ...line, ...pair, flags: setup.flags, conn, seconds: Number(values.seconds) },
                  setup: conn === 1 ? setup.name : `${setup.name}, conn ${conn}`,
                  searched: looked,
                  figures: [],
                });
              if (!isGo(pair))
                for (const setup of ourSetups()) for (const conn of numbers('conn')) add(setup, conn, false);
              else {
                if (goSetups.has('usual')) for (const setup of USUAL) add(setup, 1, false);
                if (goSetups.has('best')) for (const setup of searched(line, MTU)) add(setup, 1, true);
              }
            }
  return entries;
}

const titleOf = ({ cell: { rate, rtt, queue, loss, way, client, server }, setup }: Entry): string =>
  `${rate} Mbit/s ${rtt} ms, queue ${queue} ms, loss ${loss}, ${way}, ${client}/${server}, ${setup}`;

/** Runs the tasks, so many at a time, in their order. */
async function atOnce(jobs: number, tasks: readonly (() => Promise<void>)[]): Promise<void> {
  const waiting = tasks.values();
  const work = async (): Promise<void> => {
    for (const task of waiting) await task();
  };
  await Promise.all(Array.from({ length: jobs }, work));
}

async function measure(entry: Entry, run: number): Promise<void> {
  const figures = await measureLine(entry.cell, run + 1);
  entry.figures.push(figures);
  const { goodput, wire, dropped, p50, p95, rampUp, busiest, overrun } = figures;
  console.error(
    `${titleOf(entry)}: ${goodput.toFixed(1)} Mbit/s, ${wire.toFixed(2)}, ${(dropped * 100).toFixed(1)} %, ` +
      `+${p50.toFixed(0)} / +${p95.toFixed(0)} ms, 90 % after ${rampUp.toFixed(0)} ms, busiest ${busiest.toFixed(2)}` +
      (overrun > 0 ? `; the relay was overrun by ${overrun} datagrams` : ''),
  );
}

/** The candidates of each search, by what they are searched for. */
function searches(entries: readonly Entry[]): Entry[][] {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    if (!entry.searched) continue;
    const { flags: _, ...line } = entry.cell;
    const name = JSON.stringify(line satisfies Omit<RealCell, 'flags'>);
    groups.set(name, [...(groups.get(name) ?? []), entry]);
  }
  return [...groups.values()];
}

/** Everything once, then what is not only a candidate again. What was found by a search and is not the best is left out. */
async function measureAll(entries: Entry[]): Promise<Entry[]> {
  const jobs = Number(values.jobs);
  const candidates = entries.filter((entry) => entry.searched).length;
  const groups = searches(entries);
  const count = entries.length + (entries.length - candidates + groups.length) * (runs - 1);
  console.error(`${count} runs of about ${Number(values.seconds) + 3} s, ${jobs} at once`);
  await atOnce(
    jobs,
    entries.map((entry) => () => measure(entry, 0)),
  );
  const best = new Set(groups.map(bestOf));
  const kept = entries.filter((entry) => !entry.searched || best.has(entry));
  for (let run = 1; run < runs; run++)
    await atOnce(
      jobs,
      (run % 2 === 0 ? kept : [...kept].reverse()).map((entry) => () => measure(entry, run)),
    );
  return kept;
}

async function results(): Promise<Results> {
  if (values.from) return parseFigures<Results>(readFileSync(values.from, 'utf8'));
  process.env.KCPTUN_GO = values.go;
  const entries = plan();
  const needs = (kind: Kind): boolean =>
    entries.some(({ cell: { client, server } }) => client === kind || server === kind);
  if (needs('debian') && !ensureKcptun()) process.exit(1);
  if (needs('go') && !values.go) throw new Error('--pairs names go: give its folder with --go');
  if (!process.env.OURS) await build('node');
  const { seconds, jobs } = { seconds: Number(values.seconds), jobs: Number(values.jobs) };
  return { machine: machine(), runs, seconds, jobs, entries: await measureAll(entries) };
}

if (values.help) {
  console.log(USAGE);
} else {
  const all = await results();
  if (values.json) writeFileSync(values.json, JSON.stringify(all));
  console.log(report(all.entries));
  console.log(
    `\n${all.machine} · ${all.runs} runs of ${all.seconds} s, medians, ${all.jobs} at once, \`npm run bench:line\`.`,
  );
}
