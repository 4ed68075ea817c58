import type { Locator, Page } from '@playwright/test';

/** The settings, of a tunnel or of a new one. */
export class FormPage {
  readonly host: Locator;
  readonly port: Locator;
  readonly key: Locator;
  readonly local: Locator;

  constructor(readonly page: Page) {
    this.host = this.field('host');
    this.port = this.field('port');
    this.key = this.field('key');
    this.local = this.field('localaddr');
  }

  /** A field by the option's JSON key, or `name`, `host`, `port`. */
  field(name: string): Locator {
    return this.page.locator(`form input[name=${JSON.stringify(name)}]`);
  }

  /** What is said under a field. */
  note(name: string): Locator {
    return this.page
      .locator('form .field')
      .filter({ has: this.page.locator(`input[name=${JSON.stringify(name)}]`) })
      .locator('p');
  }

  async fill(values: Record<string, string | number>): Promise<void> {
    for (const [name, value] of Object.entries(values)) await this.field(name).fill(String(value));
  }

  async choose(label: string, choice: string): Promise<void> {
    // a select is named after its label and its value
    await this.page.locator(`form [aria-label^="${label}:"]`).click();
    await this.page.getByRole('option', { name: choice }).click();
  }

  preset(name: string): Promise<void> {
    return this.page.locator(`[data-preset=${name}]`).click();
  }

  createAndConnect(): Promise<void> {
    return this.page.getByRole('button', { name: 'Create and connect' }).click();
  }

  create(): Promise<void> {
    return this.page.getByRole('button', { name: 'Create', exact: true }).click();
  }

  save(): Promise<void> {
    return this.page.getByRole('button', { name: 'Save', exact: true }).click();
  }
}
