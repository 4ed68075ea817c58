import { _electron, type ElectronApplication, type Page, test as base } from '@playwright/test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ElectronMain } from '../../src-main/hosts/electron/electron-main.ts';
import { electronBinary } from '../../src-main/hosts/cli/electron-binary.ts';
import { debianIsHere, type Flags, type Kind, type Peer, startServer } from '../support/peers.ts';
import { Process } from '../support/process.ts';
import { ShellProcess } from '../support/shell/shell-process.ts';
import { TransferTarget } from '../support/traffic.ts';
import { WindowPage } from './pages/window.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Where the window is shown: what a project of the configuration stands for. */
export type HostKind = 'web' | 'shell' | 'electron';

/** Something that runs the core and shows its window. */
export interface Host {
  /** Opens the window in a page of the browser; a host with a browser of its own opens it there. */
  open(page: Page): Promise<void>;
  stop(): Promise<unknown>;
}

/** The web host as its users start it, with a folder of its own. */
export class WebHost extends Process implements Host {
  #opened = 0;

  /** @param enter the command that runs another in its place, with the arguments before */
  constructor(
    readonly folder: string,
    enter: readonly string[] = [],
  ) {
    const [command, ...args] = [...enter, process.execPath, join(ROOT, 'dist/node/kcptun.js')];
    super(command, [...args, 'web', '--folder', folder]);
  }

  /** What opens the next window: each address does so once, and then there is another. */
  address(): Promise<string> {
    const unused = (): string | undefined => this.output.match(/http:\S+/g)?.[this.#opened];
    return this.until('the web host to print its address', unused, 20_000).finally(() => this.#opened++);
  }

  async open(page: Page): Promise<void> {
    await page.goto(await this.address());
  }
}

/** The shell in Electron itself. */
export class ElectronHost implements Host {
  constructor(readonly app: ElectronApplication) {}

  static async start(folder: string): Promise<ElectronHost> {
    const args = [ROOT, '--folder', folder, '--lang=en-US', '--no-sandbox'];
    const executablePath = electronBinary(join(ROOT, 'node_modules/electron'));
    return new ElectronHost(await _electron.launch({ executablePath, args, acceptDownloads: true }));
  }

  /** Runs a function in Electron's main process. */
  evaluate<T>(work: (electron: ElectronMain) => T): Promise<Awaited<T>> {
    return this.app.evaluate(work) as Promise<Awaited<T>>;
  }

  async open(): Promise<void> {
    await this.app.firstWindow();
  }

  stop(): Promise<void> {
    return this.app.close();
  }
}

const startHost = async (kind: HostKind, folder: string): Promise<Host> =>
  kind === 'electron'
    ? ElectronHost.start(folder)
    : kind === 'shell'
      ? new ShellProcess(ROOT, folder, ['--folder', folder])
      : new WebHost(folder);

export interface Options {
  hostKind: HostKind;
}

interface Fixtures extends Options {
  host: Host;
  /** the window, open on the host */
  window: WindowPage;
  /** where the servers of a test connect to */
  target: TransferTarget;
  /** a server that ends with the test; it connects to `target` */
  server: (kind: Kind, flags?: Flags) => Promise<Peer>;
}

export const test = base.extend<Fixtures>({
  hostKind: ['web', { option: true }],
  host: async ({ hostKind }, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'kcptun-e2e-'));
    const host = await startHost(hostKind, folder);
    await use(host);
    await host.stop();
    await rm(folder, { recursive: true });
  },
  page: async ({ host, page }, use) => {
    await use(host instanceof ElectronHost ? await host.app.firstWindow() : page);
  },
  window: async ({ host, page }, use) => {
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(error.stack ?? error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
    await host.open(page);
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
      base.skip(kind === 'debian' && !debianIsHere, 'the reference is not to be had on this system');
      const peer = await startServer(kind, { target: target.address, ...flags });
      started.push(peer);
      return peer;
    });
    for (const peer of started) await peer.stop(peer.kind === 'debian' ? 'SIGKILL' : 'SIGTERM');
  },
});

export { expect } from '@playwright/test';
