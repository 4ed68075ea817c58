import { en, type Messages } from './en.ts';
import { zh } from './zh.ts';

export type Language = 'en' | 'zh-CN';
const DICTIONARIES: Record<Language, Messages> = { en, 'zh-CN': zh };

/** The first of the system's languages that is spoken here, else English. */
export function systemLanguage(preferred: readonly string[]): Language {
  for (const tag of preferred) {
    if (/^zh\b/i.test(tag)) return 'zh-CN';
    if (/^en\b/i.test(tag)) return 'en';
  }
  return 'en';
}

class I18n {
  language = $state<Language>('en');
  readonly t: Messages = $derived(DICTIONARIES[this.language]);
}

/** The one dictionary of the window; reading `i18n.t` in a component follows a change of language. */
export const i18n = new I18n();
