import type { Locator, Page } from '@playwright/test';
import { FormPage } from './form.ts';
import { TunnelPage } from './tunnel.ts';

/** The whole window, in English. It finds things by role, label and data-state, as a user or a screen reader would. */
export class WindowPage {
  readonly list: Locator;
  readonly toasts: Locator;
  readonly dialog: Locator;

  constructor(readonly page: Page) {
    this.list = page.getByRole('navigation', { name: 'Tunnels' });
    this.toasts = page.getByRole('region', { name: 'Messages' });
    this.dialog = page.getByRole('dialog');
  }

  /** First paint is over: the list is there. */
  ready(): Promise<void> {
    return this.page.locator('nav').waitFor();
  }

  row(name: string): Locator {
    return this.list.locator(`[data-tunnel=${JSON.stringify(name)}]`);
  }

  toggle(name: string): Locator {
    return this.row(name).getByRole('switch');
  }

  async open(name: string): Promise<TunnelPage> {
    await this.row(name).locator('button').first().click();
    return this.tunnel;
  }

  /** The tunnel that is shown. */
  get tunnel(): TunnelPage {
    return new TunnelPage(this.page);
  }

  async create(): Promise<FormPage> {
    await this.list.getByRole('button', { name: 'New tunnel' }).click();
    return new FormPage(this.page);
  }

  /** Something of a tunnel's menu in the list. */
  async menu(name: string, item: string): Promise<void> {
    await this.row(name).hover();
    await this.row(name)
      .getByRole('button', { name: `More for ${name}` })
      .click();
    await this.page.getByRole('menuitem', { name: item }).click();
  }

  /** A choice in a dropdown of the dialog that is open. */
  async choose(label: string, choice: string): Promise<void> {
    // a select is named after its label and its value
    await this.dialog.locator(`[aria-label^="${label}:"]`).click();
    await this.page.getByRole('option', { name: choice, exact: true }).click();
  }
}
