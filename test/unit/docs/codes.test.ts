import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ERROR_CODES } from '../../../shared/errors.ts';
import { codes as words } from '../../../shared/words/en/codes.ts';
import { CODES_PAGE, codesPage, declaredCodes } from '../../docs/codes-page.ts';

it('the page of codes is what the types and the words say (npm run docs:codes)', async () => {
  expect(readFileSync(CODES_PAGE, 'utf8')).toBe(await codesPage());
});

it('no code is missed where it is declared', () => {
  const names = (file: string, name: string) => declaredCodes(file, name).map(({ code }) => code);
  expect(names('shared/errors.ts', 'ERROR_CODES')).toEqual(ERROR_CODES);
  expect(names('shared/diagnosis.ts', 'DiagnosisFields').sort()).toEqual(Object.keys(words.diagnoses).sort());
  expect(names('shared/api.ts', 'NoticeFields').sort()).toEqual(Object.keys(words.notices).sort());
  expect(names('shared/import/found.ts', 'ImportNoteFields').sort()).toEqual(
    Object.keys(words.importNotes).sort(),
  );
  expect(names('shared/api.ts', 'ImportRefusal').sort()).toEqual(Object.keys(words.importRefusals).sort());
  expect(names('shared/diagnosis.ts', 'LikelyCause').sort()).toEqual(Object.keys(words.causes).sort());
  expect(names('shared/options-problem.ts', 'ProblemFields').sort()).toEqual(
    Object.keys(words.problems).sort(),
  );
});
