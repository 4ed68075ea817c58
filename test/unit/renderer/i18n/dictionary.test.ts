import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { en } from '../../../../src-renderer/i18n/en.ts';
import { systemLanguage } from '../../../../src-renderer/i18n/i18n.svelte.ts';
import { zh } from '../../../../src-renderer/i18n/zh.ts';

type Leaf = string | ((...args: never[]) => string);

function leaves(branch: object, path: string[] = []): [string, Leaf][] {
  return Object.entries(branch).flatMap(([key, value]: [string, Leaf | object]): [string, Leaf][] =>
    typeof value === 'object' ? leaves(value, [...path, key]) : [[[...path, key].join('.'), value]],
  );
}
const english = new Map(leaves(en));
const chinese = new Map(leaves(zh));

/** A phrase with something recognisable in each of its gaps: a record's field under its name, a value under its place. */
function spoken(leaf: Leaf): string {
  if (typeof leaf === 'string') return leaf;
  const gaps = Array.from(
    { length: leaf.length },
    (_, at) => new Proxy({}, { get: (_, key) => (typeof key === 'symbol' ? () => `<${at}>` : `<${key}>`) }),
  );
  return leaf(...(gaps as never[]));
}

/** What is the same in both languages: names of things, and phrases that are nothing but a gap. */
const SAME = /^(kcptun desktop( <0>)?|DSCP|nodelay|interval|resend|nc|–|FEC <0>|“<0>”|<\w+>( → <\w+>)?)$/;

describe('the two languages', () => {
  it('say the same things', () => expect([...chinese.keys()].sort()).toEqual([...english.keys()].sort()));

  it('are both spoken: nothing is left in English', () => {
    const left = [...chinese].filter(
      ([key, leaf]) => spoken(leaf) === spoken(english.get(key)!) && !SAME.test(spoken(leaf)),
    );
    expect(left.map(([key]) => key)).toEqual([]);
  });

  it('leave out none of a phrase’s values', () => {
    const gaps = (leaf: Leaf) => new Set(spoken(leaf).match(/<\w+>/g));
    for (const [key, leaf] of english) expect([key, gaps(chinese.get(key)!)]).toEqual([key, gaps(leaf)]);
  });

  it('hold nothing that is not used', () => {
    const folder = new URL('../../../../src-renderer/', import.meta.url).pathname;
    const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(svelte|ts)$/.test(name) && !name.startsWith('i18n/'))
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .join('\n');
    // what is looked up by a code or a name of another table
    const byTable =
      /^(states|diagnoses|causes|colours|options|counters\.meanings|errors|notices|shortcuts|log\.(levels|allLevels)|form\.(problems|modeNotes|presets|units)|transfer\.(formats|notes)|preferences\.(themes|udps|launchAtLogin|startMinimised|restoreTunnels|notifications)|connections\.(source|opened|sent|received)|serverCommand\.(command|json)|tabs)\b/;
    const unused = [...english.keys()].filter(
      (key) =>
        !byTable.test(key) &&
        !sources.includes(`.${key.split('.').at(-1)}`) &&
        !new RegExp(`[{ ,]${key.split('.').at(-1)}\\b[ ,}]`).test(sources),
    );
    expect(unused).toEqual([]);
  });
});

describe('systemLanguage', () => {
  it.each([
    [['zh-Hans-CN', 'en'], 'zh-CN'],
    [['de', 'zh'], 'zh-CN'],
    [['fr', 'en-GB', 'zh'], 'en'],
    [[], 'en'],
  ])('takes %j as %s', (preferred, language) => expect(systemLanguage(preferred)).toBe(language));
});
