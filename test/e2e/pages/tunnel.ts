import type { Locator, Page } from '@playwright/test';

export type View = 'Overview' | 'Connections' | 'Settings' | 'Counters' | 'Log';

/** The right side of the window: one tunnel. */
export class TunnelPage {
  readonly state: Locator;
  readonly main: Locator;

  constructor(readonly page: Page) {
    this.main = page.getByRole('main');
    this.state = this.main.locator('header [role=status]');
  }

  async view(name: View): Promise<void> {
    await this.main.getByRole('tab', { name }).click();
  }

  /** A number of the overview with its unit and what stands below. */
  tile(name: string): Locator {
    return this.main.getByRole('group', { name, exact: true });
  }

  /** A tile's number; NaN where it is not known. */
  async number(name: string): Promise<number> {
    const text = await this.tile(name).locator('b').innerText();
    return Number(text.replaceAll(',', ''));
  }

  /** How much this run has carried, as text: '21.0 MB this run'. */
  carried(name: 'Download' | 'Upload'): Locator {
    return this.tile(name).locator('small');
  }

  counter(name: string): Locator {
    return this.main.locator(`[data-counter=${name}] td`).first();
  }

  /** The rows of the connections. */
  get connections(): Locator {
    return this.main.locator('[role=row][data-state]');
  }

  /** What is wrong, and why it may be. */
  get diagnosis(): Locator {
    return this.main.locator('.notice');
  }

  cause(code: string): Locator {
    return this.main.locator(`[data-cause=${code}]`);
  }
}
