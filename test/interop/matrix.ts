import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from '../support/build.ts';
import { ensureKcptun } from '../support/debian.ts';
import { everyCombination, nameOf, tryCombination } from './combinations.ts';

/**
 * The full matrix against the reference, two combinations at a time. Stopped and started again, it goes on where
 * it was; `--afresh` begins anew, `--only aes-128` takes the combinations whose name holds that.
 */
const { values: options } = parseArgs({
  options: {
    afresh: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    parallel: { type: 'string', default: '2' },
    mebibytes: { type: 'string', default: '1' },
  },
});
const journal = fileURLToPath(new URL('matrix.log', import.meta.url));

if (!ensureKcptun()) process.exit(1);
if (!process.env.OURS) await build('node');
if (options.afresh) rmSync(journal, { force: true });
const done = new Set(existsSync(journal) ? readFileSync(journal, 'utf8').split('\n') : []);
const all = everyCombination().filter((combination) => nameOf(combination).includes(options.only));
const todo = all.filter((combination) => !done.has(nameOf(combination)));
console.log(`${all.length} combinations, ${all.length - todo.length} passed earlier`);

let failed = 0;
let next = 0;
async function work(): Promise<void> {
  while (next < todo.length) {
    const combination = todo[next++];
    const position = `${next + all.length - todo.length}/${all.length}`;
    try {
      await tryCombination(combination, Number(options.mebibytes) * 2 ** 20);
      appendFileSync(journal, nameOf(combination) + '\n');
      console.log(`${position} ok      ${nameOf(combination)}`);
    } catch (error) {
      failed++;
      console.log(
        `${position} FAILED  ${nameOf(combination)}: ${error instanceof Error ? error.message : error}`,
      );
    }
  }
}
await Promise.all(Array.from({ length: Number(options.parallel) }, work));
console.log(failed === 0 ? `all ${all.length} passed` : `${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
