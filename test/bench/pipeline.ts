/**
 * `npm run bench:pipeline`: what the engine itself costs a datagram, without sockets, against recorded limits.
 * Figures are in yardsticks (millionths of a fixed piece of work measured beside them), so that a slow or busy machine
 * changes them little. A row above its limit fails. `--record` writes new limits, two fifths above what was measured.
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
const { yardstick, rows } = JSON.parse(output) as PipelineResult;
const cost = (microseconds: number): number => Math.round((microseconds / yardstick) * 1e6);

if (process.argv.includes('--record')) {
  const limits = Object.fromEntries(
    rows.map((row) => [row.name, Math.round(cost(row.microseconds) * MARGIN)]),
  );
  writeFileSync(limitsFile, `${JSON.stringify(limits, null, 2)}\n`);
}
const limits = JSON.parse(readFileSync(limitsFile, 'utf8')) as Record<string, number>;
const over = rows.filter((row) => cost(row.microseconds) > limits[row.name]);
console.log(machine());
console.log(
  table(
    ['both ends, per data datagram', 'us', 'yardsticks', 'limit'],
    rows.map((row) => [
      row.name,
      row.microseconds.toFixed(2),
      String(cost(row.microseconds)),
      String(limits[row.name]),
    ]),
  ),
);
if (over.length > 0) {
  console.error(`over the limit: ${over.map((row) => row.name).join('; ')}`);
  process.exitCode = 1;
}
