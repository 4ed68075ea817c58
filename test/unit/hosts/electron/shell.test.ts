import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

it('the shell is what only Electron can do: less than 700 lines, as `wc -l src-main/hosts/electron/*.ts` counts', () => {
  const folder = 'src-main/hosts/electron';
  const lines = readdirSync(folder).map(
    (name) => readFileSync(`${folder}/${name}`, 'utf8').split('\n').length - 1,
  );
  expect(lines.reduce((sum, count) => sum + count)).toBeLessThan(700);
});
