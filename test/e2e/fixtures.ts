import { test as base } from '@playwright/test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Flags, type Kind, type Peer, startServer } from '../support/peers.ts';
import { Process } from '../support/process.ts';
import { TransferTarget } from '../support/traffic.ts';
import { WindowPage } from './pages/window.ts';

const BUNDLE = fileURLToPath(new URL('../../dist/node/kcptun.js', import.meta.url));

/** The web host as its users start it, with a folder of its own. */
export class WebHost extends Process {
  #opened = 0;

  constructor(readonly folder: string) {
    super(process.execPath, [BUNDLE, 'web', '--folder', folder]);
  }

  /** What opens the next window: each address does so once, and then there is another. */
  address(): Promise<string> {
    const unused = (): string | undefined => this.output.match(/http:\S+/g)?.[this.#opened];
    return this.until('the web host to print its address', unused, 20_000).finally(() => this.#opened++);
  }
}

interface Fixtures {
  host: WebHost;
  /** the window, open on the host */
  window: WindowPage;
  /** where the servers of a test connect to */
  target: TransferTarget;
  /** a server that ends with the test; it connects to `target` */
  server: (kind: Kind, flags?: Flags) => Promise<Peer>;
}

export const test = base.extend<Fixtures>({
  // eslint would take an empty pattern for a mistake, Playwright reads names from it
  host: async ({ baseURL: _ }, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'kcptun-e2e-'));
    const host = new WebHost(folder);
    await use(host);
    await host.stop();
    await rm(folder, { recursive: true });
  },
  window: async ({ host, page }, use) => {
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(error.stack ?? error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
    await page.goto(await host.address());
    const window = new WindowPage(page);
    await window.ready();
    await use(window);
    // the strict policy of the page, too, complains here
    base.expect(faults).toEqual([]);
  },
  target: async ({ baseURL: _ }, use) => {
    const target = await new TransferTarget().listen();
    await use(target);
    await target[Symbol.asyncDispose]();
  },
  server: async ({ target }, use) => {
    const started: Peer[] = [];
    await use(async (kind, flags = {}) => {
      const peer = await startServer(kind, { target: target.address, ...flags });
      started.push(peer);
      return peer;
    });
    for (const peer of started) await peer.stop(peer.kind === 'debian' ? 'SIGKILL' : 'SIGTERM');
  },
});

export { expect } from '@playwright/test';
