import { type Language, spokenLanguage, type Words } from '../../shared/words/languages.ts';
import { Locale } from '../../shared/words/locale.ts';

class I18n {
  #chosen: () => Language | 'system' = $state.raw(() => 'system');
  readonly language: Language = $derived(
    spokenLanguage(this.#chosen(), globalThis.navigator?.languages ?? []),
  );
  readonly locale: Locale = $derived(new Locale(this.language));
  readonly t: Words = $derived(this.locale.words);

  /** @param chosen what the user has chosen, read whenever it changes */
  follow(chosen: () => Language | 'system'): void {
    this.#chosen = chosen;
  }
}

/** The one language of the window; reading it in a component follows a change of language. */
export const i18n = new I18n();
