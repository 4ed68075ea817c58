export type Theme = 'system' | 'light' | 'dark';

/** Which theme stands. `version` grows with each change, for what is painted and not styled (the charts). */
class ThemeState {
  version = $state(0);

  constructor() {
    if (typeof matchMedia === 'function')
      matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.version++);
  }

  set(theme: Theme): void {
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    this.version++;
  }
}

export const theme = new ThemeState();
