import { createSubscriber } from 'svelte/reactivity';

export type Theme = 'system' | 'light' | 'dark';

/** Which theme is chosen, and which is seen: what is painted and not styled (the charts) is painted by it. */
class ThemeState {
  #chosen: () => Theme = $state.raw(() => 'system');
  readonly #dark = matchMedia('(prefers-color-scheme: dark)');
  readonly #systemChanges = createSubscriber((update) => {
    this.#dark.addEventListener('change', update);
    return () => this.#dark.removeEventListener('change', update);
  });
  readonly chosen: Theme = $derived(this.#chosen());

  get seen(): 'light' | 'dark' {
    this.#systemChanges();
    if (this.chosen !== 'system') return this.chosen;
    return this.#dark.matches ? 'dark' : 'light';
  }

  /** @param chosen what the user has chosen, read whenever it changes */
  follow(chosen: () => Theme): void {
    this.#chosen = chosen;
  }
}

export const theme = new ThemeState();
