import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CRYPT_INFO, CRYPTS } from '../../../shared/crypts.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const pages = execFileSync('git', ['ls-files', '*.md'], { cwd: root, encoding: 'utf8' }).trim().split('\n');

describe.each(pages)('%s', (page) => {
  it('links to what is there', () => {
    const targets = [...read(page).matchAll(/\]\(([^)\s]+)\)|(?:src|srcset)="([^"]+)"/g)].map(
      ([, link, picture]) => link ?? picture,
    );
    const missing = targets
      .filter((target) => !/^[a-z]+:/.test(target))
      .filter((target) => {
        const [path, heading] = target.split('#');
        if (path !== '' && !existsSync(join(root, dirname(page), path))) return true;
        if (heading === undefined) return false;
        return !headingsOf(path === '' ? page : join(dirname(page), path)).includes(heading);
      });
    expect(missing).toEqual([]);
  });
});

/** The anchors that a reader of Markdown makes of a page's headings. */
const headingsOf = (page: string): string[] =>
  [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

const hasWord = (text: string, word: string): boolean =>
  new RegExp(`(?<![\\w-])${word}(?![\\w-])`).test(text);

it('the page of compatibility names every crypt', () => {
  expect(CRYPTS.filter((name) => !hasWord(read('docs/compatibility.md'), name))).toEqual([]);
});

it('the page of security names every crypt that is not sealed', () => {
  const open = CRYPTS.filter((name) => CRYPT_INFO[name].security !== 'sealed');
  expect(open.filter((name) => !hasWord(read('SECURITY.md'), name))).toEqual([]);
});
