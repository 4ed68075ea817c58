import type { Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ElectronMain } from '../../../src-main/hosts/electron/electron-main.ts';
import type { Seen } from '../electron-double.ts';
import { Process } from '../process.ts';
import type { FromShell, Served, ToShell } from './windows.ts';

/** Electron's module, and what its double has seen. */
export type ShellElectron = ElectronMain & { seen: Seen };

/** One union's members, each without a key. */
type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

const RUN = fileURLToPath(new URL('run.mjs', import.meta.url));
/** Chromium knows no schemes of ours: a page of `app://window` lies on a host that is nowhere. */
const NOWHERE = '.scheme.invalid';
const toPage = (url: string): string => url.replace(/^app:\/\/([^/]+)/, `https://$1${NOWHERE}`);
const toShell = (url: string): string =>
  url.replace(new RegExp(`^https://([^/]+)${NOWHERE.replaceAll('.', '\\.')}`), 'app://$1');

/** Where a page takes what the shell sends it. */
const DELIVER = 'kcptun.deliver';

const WORLD = readFileSync(new URL('preload-world.cjs', import.meta.url), 'utf8');

/** The preload's source with what it may require around it, for the main frame of our own pages. */
const preloadScript = (source: string): string => `
  if (window === top && location.hostname.endsWith(${JSON.stringify(NOWHERE)})) {
    const world = {};
    (function (module) {${WORLD}})(world);
    const require = world.exports(Symbol.for(${JSON.stringify(DELIVER)}), window.shellIpc);
    (function (require, module, exports) {${source}\n})(require, { exports: {} }, {});
  }`;

/** The built shell in a process of plain Node; its window is shown by a page of a real browser. */
export class ShellProcess extends Process {
  readonly #answers = new Map<number, (answer: Extract<FromShell, { kind: 'answer' }>) => void>();
  #asked = 0;
  #load: Extract<FromShell, { kind: 'load' }> | undefined;
  #page: Page | undefined;
  /** what goes to the page, one after the other */
  #delivery = Promise.resolve();

  /**
   * @param root the folder of package.json and dist, or an asar unpacked
   * @param folder stands for the system: what the app would find in its places lies here
   * @param resources holds app.asar: then the app is a package's
   */
  constructor(
    root: string,
    folder: string,
    args: readonly string[] = [],
    resources?: string,
    env: NodeJS.ProcessEnv = {},
  ) {
    const places = { HARNESS_FOLDER: folder, ...(resources && { HARNESS_RESOURCES: resources }) };
    super(process.execPath, [RUN, root, ...args], { ...places, ...env }, 'advanced');
    this.onMessage((message) => this.#onMessage(message as FromShell | string));
  }

  /** Resolves when the shell has opened its window. */
  opened(): Promise<Extract<FromShell, { kind: 'load' }>> {
    return this.until('the shell to open its window', () => this.#load, 20_000);
  }

  /** Shows the shell's window in `page`, once there is one; or shows it anew, where it is shown there. */
  async open(page: Page): Promise<void> {
    if (this.#page) return void (await this.#page.reload());
    const { window, url, preload } = await this.opened();
    this.#page = page;
    await page.exposeBinding('shellIpc', ({ frame }, channel: string, args: unknown[]) =>
      this.#tell({
        kind: 'ipc',
        window,
        mainFrame: frame === page.mainFrame(),
        url: toShell(frame.url()),
        channel,
        args,
      }),
    );
    await page.addInitScript({ content: preloadScript(preload) });
    await page.route('**/*', async (route, request) => {
      const to = toShell(request.url());
      const main = request.isNavigationRequest() && request.frame() === page.mainFrame();
      if (main && !(await this.#ask<boolean>({ kind: 'navigate', window, url: to }))) return route.abort();
      const served = await this.#ask<Served>({ kind: 'request', url: to });
      if (served === 'cancelled') return route.abort('blockedbyclient');
      const { body, ...rest } = served;
      return route.fulfill({ ...rest, body: Buffer.from(body) });
    });
    const popups: Page[] = [];
    page.on('popup', (popup) => void popups.push(popup));
    // what another page of this browser asks for first is the address that it was opened with
    await page.context().route('**/*', async (route, request) => {
      const action = await this.#ask({ kind: 'popup', window, url: toShell(request.url()) });
      if (action !== 'deny') return route.continue();
      await route.abort();
      for (const popup of popups.splice(0)) await popup.close();
    });
    await page.goto(toPage(url));
  }

  /** Runs a function in the shell's process, with Electron's module and what the double has seen. */
  evaluate<T>(work: (electron: ShellElectron) => T): Promise<Awaited<T>> {
    return this.#ask({ kind: 'evaluate', source: work.toString() });
  }

  #tell(message: ToShell): void {
    if (!this.ending) this.send(message);
  }

  #ask<T>(question: Without<Extract<ToShell, { id: number }>, 'id'>): Promise<T> {
    const id = ++this.#asked;
    return new Promise((resolve, reject) => {
      this.#answers.set(id, ({ value, error }) => (error ? reject(new Error(error)) : resolve(value as T)));
      this.#tell({ ...question, id } as ToShell);
    });
  }

  #onMessage(message: FromShell | string): void {
    // what the shell tells whoever started it
    if (typeof message === 'string') return;
    if (message.kind === 'load') {
      this.#load = message;
      void this.#page?.reload();
    } else if (message.kind === 'answer') {
      this.#answers.get(message.id)?.(message);
      this.#answers.delete(message.id);
    } else this.#delivery = this.#delivery.then(() => this.#deliver(message.channel, message.args));
  }

  async #deliver(channel: string, args: unknown[]): Promise<void> {
    const deliver = (page: Page) =>
      page.evaluate(
        ([name, channel, args]) => {
          const take = (window as unknown as Record<symbol, (channel: string, args: unknown[]) => void>)[
            Symbol.for(name)
          ];
          take?.(channel, args);
        },
        [DELIVER, channel, args] as const,
      );
    // a page on its way to another one hears nothing, as in Electron
    await (this.#page && deliver(this.#page).catch(() => undefined));
  }
}
