import type { Language, Words } from '../../shared/words/languages.ts';
import { Locale } from '../../shared/words/locale.ts';

class I18n {
  language = $state<Language>('en');
  readonly locale: Locale = $derived(new Locale(this.language));
  readonly t: Words = $derived(this.locale.words);
}

/** The one language of the window; reading it in a component follows a change of language. */
export const i18n = new I18n();
