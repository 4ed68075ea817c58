import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { LANGUAGES, LANGUAGE_TAGS, spokenLanguage } from '../../../../shared/words/languages.ts';

type Leaf = string | ((...args: never[]) => string);

function leaves(branch: object, path: string[] = []): [string, Leaf][] {
  return Object.entries(branch).flatMap(([key, value]: [string, Leaf | object]): [string, Leaf][] =>
    typeof value === 'object' ? leaves(value, [...path, key]) : [[[...path, key].join('.'), value]],
  );
}
const english = new Map(leaves(LANGUAGES.en));

/** A field under its name, as text or as a list. */
const field = (name: string) => Object.assign(new String(`<${name}>`), { join: () => `<${name}>` });

/**
 * A phrase with something recognisable in each of its gaps: a record's field under its name, a value under its place,
 * and what is made of a field by that field's name.
 */
function spoken(leaf: Leaf): string {
  if (typeof leaf === 'string') return leaf;
  const gaps = Array.from(
    { length: leaf.length },
    (_, at) =>
      new Proxy(String, {
        get: (_, key) => (typeof key === 'symbol' ? () => `<${at}>` : field(key)),
      }),
  );
  return leaf(...(gaps as never[]));
}

/** What may be the same in every language: names of things, units, and phrases that are nothing but a gap. */
const SAME =
  /^(kcptun desktop( <0>)?|DSCP|nodelay|interval|resend|nc|–|FEC <0>|“<0>”|<\w+>( → <\w+>)?|ms|[kMGT]?(B|bit\/s))$/;

describe.each(LANGUAGE_TAGS.filter((tag) => tag !== 'en'))('the words of %s', (tag) => {
  const words = new Map(leaves(LANGUAGES[tag]));

  it('say the same things as the English ones', () =>
    expect([...words.keys()].sort()).toEqual([...english.keys()].sort()));

  it('leave nothing in English', () => {
    const left = [...words].filter(
      ([key, leaf]) => spoken(leaf) === spoken(english.get(key)!) && !SAME.test(spoken(leaf)),
    );
    expect(left.map(([key]) => key)).toEqual([]);
  });

  it('leave out none of a phrase’s values', () => {
    const gaps = (leaf: Leaf) => new Set(spoken(leaf).match(/<\w+>/g));
    for (const [key, leaf] of english) expect([key, gaps(words.get(key)!)]).toEqual([key, gaps(leaf)]);
  });
});

it('no words are left that nobody speaks', () => {
  const root = fileURLToPath(new URL('../../../../', import.meta.url));
  const sources = ['src-renderer', 'src-main/app', 'src-main/hosts/electron', 'shared/words/locale.ts']
    .flatMap((folder) =>
      folder.endsWith('.ts')
        ? [folder]
        : readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
            join(folder, name),
          ),
    )
    .filter((name) => /\.(svelte|ts)$/.test(name))
    .map((name) => readFileSync(join(root, name), 'utf8'))
    .join('\n');
  // what is looked up by a code or a name of another table
  const byTable =
    /^(states|overall|diagnoses|causes|importNotes|importRefusals|problems|colours|options|counters\.meanings|errors|notices|shortcuts|units|desktop\.(roles|movedText)|log\.(levels|allLevels)|keys\.(kept|problems|missing)|form\.(cryptHelp|cryptNotes|modeNotes|presets|units|spares\.preferences)|transfer\.formats|preferences\.(themes|udps|launchAtLogin|startMinimised|restoreTunnels|notifications)|connections\.(source|opened|sent|received)|serverCommand\.(command|json)|tabs|lost\.(restart|address)|probe\.(stages|families|silent))\b/;
  const unused = [...english.keys()].filter(
    (key) =>
      !byTable.test(key) &&
      !sources.includes(`.${key.split('.').at(-1)}`) &&
      !new RegExp(`[{ ,]${key.split('.').at(-1)}\\b[ ,}]`).test(sources),
  );
  expect(unused).toEqual([]);
});

describe('spokenLanguage', () => {
  it.each([
    [['zh-Hans-CN', 'en'], 'zh-CN'],
    [['de', 'zh'], 'zh-CN'],
    [['fr', 'en-GB', 'zh'], 'en'],
    [['uk', 'ru-UA'], 'ru'],
    [[], 'en'],
  ])('takes %j as %s', (preferred, language) => expect(spokenLanguage('system', preferred)).toBe(language));

  it('takes what was chosen, whatever the system speaks', () =>
    expect(spokenLanguage('zh-CN', ['en'])).toBe('zh-CN'));
});
