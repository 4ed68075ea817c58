/**
 * `npm run bench:pipeline`: what the engine itself costs a datagram, without sockets, against recorded limits.
 * Figures are in yardsticks (millionths of a fixed piece of work measured beside them), so that a slow or busy machine
 * changes them little. What is allocated on V8's heap, in kB for each MB carried, is limited too. A row above its limit
 * fails. `--record` writes new limits, two fifths above what was measured: to be done while the machine is busy.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { kernel } from '../../vite.config.ts';
import type { PipelineResult } from './pipeline-run.ts';
import { machine, table } from './report.ts';

const MARGIN = 1.4;
const root = fileURLToPath(new URL('../..', import.meta.url));
const limitsFile = fileURLToPath(new URL('pipeline-limits.json', import.meta.url));
const outDir = join(root, 'node_modules/.pipeline');

await build({
  configFile: false,
  root,
  logLevel: 'warn',
  plugins: [kernel()],
  build: {
    ssr: fileURLToPath(new URL('pipeline-run.ts', import.meta.url)),
    outDir,
    target: 'node20',
    minify: false,
  },
});
const output = execFileSync(process.execPath, [join(outDir, 'pipeline-run.js')], { encoding: 'utf8' });
const { yardstick, rows, allocations } = JSON.parse(output) as PipelineResult;
const DATAGRAMS = 1e6 / 1350;
const SITES = 6;
const ALLOCATED = 'allocated, kB a MB';
const allocated = allocations.reduce((sum, { bytesPerMegabyte }) => sum + bytesPerMegabyte, 0) / 1e3;
const costs: Record<string, number> = {
  ...Object.fromEntries(
    rows.map(({ name, microseconds }) => [name, Math.round((microseconds / yardstick) * 1e6)]),
  ),
  [ALLOCATED]: Math.round(allocated),
};

if (process.argv.includes('--record')) {
  const limits = Object.fromEntries(
    Object.entries(costs).map(([name, cost]) => [name, Math.round(cost * MARGIN)]),
  );
  writeFileSync(limitsFile, `${JSON.stringify(limits, null, 2)}\n`);
}
const limits = JSON.parse(readFileSync(limitsFile, 'utf8')) as Record<string, number>;
const over = Object.keys(costs).filter((name) => costs[name] > limits[name]);
console.log(machine());
console.log(
  table(
    ['both ends, per data datagram', 'us', 'yardsticks', 'limit'],
    rows.map((row) => [
      row.name,
      row.microseconds.toFixed(2),
      String(costs[row.name]),
      String(limits[row.name]),
    ]),
  ),
);
console.log(
  `\nnocomp: ${allocated.toFixed(0)} kB allocated for each MB (limit ${limits[ALLOCATED]}), both ends and the harness; ` +
    `the largest sites, in bytes a datagram:\n`,
);
console.log(
  table(
    ['site', 'bytes'],
    allocations
      .slice(0, SITES)
      .map(({ site, bytesPerMegabyte }) => [site, (bytesPerMegabyte / DATAGRAMS).toFixed(0)]),
  ),
);
if (over.length > 0) {
  console.error(`over the limit: ${over.join('; ')}`);
  process.exitCode = 1;
}
