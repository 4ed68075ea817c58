export type Theme = 'system' | 'light' | 'dark';

/** Which theme stands. `version` grows with each change, for what is painted and not styled (the charts). */
class ThemeState {
  version = $state(0);
  // apart from `version`, which an effect that sets the theme must not read
  #changes = 0;

  constructor() {
    if (typeof matchMedia === 'function')
      matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#changed());
  }

  set(theme: Theme): void {
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    this.#changed();
  }

  #changed(): void {
    this.version = ++this.#changes;
  }
}

export const theme = new ThemeState();
