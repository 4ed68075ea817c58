import { writeFileSync } from 'node:fs';
import { type Cell, runCell } from './cell.ts';
import { chart } from './chart.ts';

/** Runs the cells of `process.argv[2]` (JSON), and prints a line of JSON for each; `argv[3]` names a file for a chart of the last. */
const cells = JSON.parse(process.argv[2]) as Cell[];
for (const cell of cells) {
  const { moments, ...figures } = await runCell(cell);
  console.log(JSON.stringify({ cell, figures }));
  if (process.argv[3])
    writeFileSync(process.argv[3], chart(JSON.stringify(cell).replaceAll('"', ''), moments));
}
