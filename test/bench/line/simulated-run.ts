import { readFileSync, writeFileSync } from 'node:fs';
import { type Cell, runCell } from './cell.ts';
import { chart } from './chart.ts';

/** Runs the cells that stdin holds (JSON), and prints a line of JSON for each; `argv[2]` names a file for a chart of the last. */
const cells = JSON.parse(readFileSync(0, 'utf8')) as Cell[];
for (const cell of cells) {
  const { moments, ...figures } = await runCell(cell);
  console.log(JSON.stringify({ cell, figures }));
  if (process.argv[2])
    writeFileSync(process.argv[2], chart(JSON.stringify(cell).replaceAll('"', ''), moments));
}
