import { describe, expect, it } from 'vitest';
import { appMenu } from '../../../src-main/app/app-menu.ts';
import type { MenuItem } from '../../../src-main/app/menu-item.ts';
import { LANGUAGES, LANGUAGE_TAGS, type Language } from '../../../shared/words/languages.ts';

const act = { connectAll: () => undefined, disconnectAll: () => undefined };

const labels = (items: MenuItem[]): (string | undefined)[] =>
  items
    .filter(({ type }) => type !== 'separator')
    .flatMap(({ label, submenu }) => [label, ...(Array.isArray(submenu) ? labels(submenu) : [])]);

describe.each(['linux', 'win32', 'darwin'] as const)('the menu on %s', (platform) => {
  const menu = (language: Language) => labels(appMenu(LANGUAGES[language], platform, act));

  it.each(LANGUAGE_TAGS)('has a label of its own for every entry in %s', (language) => {
    expect(menu(language).filter((label) => !label)).toEqual([]);
    if (language !== 'en')
      expect(menu(language).filter((label) => menu('en').includes(label))).toEqual(
        platform === 'darwin' ? ['kcptun desktop'] : [],
      );
  });
});
