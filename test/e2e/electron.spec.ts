import { _electron, type ElectronApplication } from '@playwright/test';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from '../support/build.ts';
import { KEY } from '../support/peers.ts';
import { transfer } from '../support/traffic.ts';
import { expect, test as base } from './fixtures.ts';
import { WindowPage } from './pages/window.ts';
import { freePort } from './ports.ts';

const MIB = 1 << 20;
const root = fileURLToPath(new URL('../..', import.meta.url));
const electron = join(root, 'node_modules/electron');
/** Where electron's own package keeps its binary, once it was fetched. */
const named = join(electron, 'path.txt');
const binary = existsSync(named) ? join(electron, 'dist', readFileSync(named, 'utf8')) : '';
const isHere = binary !== '' && existsSync(binary);

/** The window of a desktop app with a folder of its own, by the same page objects as the web host's. */
const test = base.extend<{ desktop: ElectronApplication; desktopWindow: WindowPage }>({
  desktop: async ({ baseURL: _ }, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'kcptun-electron-'));
    const desktop = await _electron.launch({
      executablePath: binary,
      args: [root, `--user-data-dir=${folder}`, '--lang=en-US', '--no-sandbox'],
    });
    await use(desktop);
    await desktop.close();
    await rm(folder, { recursive: true });
  },
  desktopWindow: async ({ desktop }, use) => {
    const window = new WindowPage(await desktop.firstWindow());
    await window.ready();
    await use(window);
  },
});

test.beforeAll(async () => {
  await build('client', 'node', 'preload');
});
test.skip(!isHere, 'no Electron binary');
if (!isHere) console.warn(`SKIPPED: the Electron suite, for there is no Electron binary in ${electron}`);

test('a profile made by the form carries data through a real server', async ({
  desktopWindow: window,
  server,
  target,
}) => {
  const { port } = await server('debian');
  const local = await freePort();
  const form = await window.create();
  await form.preset('server2017');
  await form.fill({ name: 'Debian', host: '127.0.0.1', port, key: KEY, localaddr: `127.0.0.1:${local}` });
  await form.createAndConnect();
  await expect(window.tunnel.state).toHaveText('Connected');
  await transfer(local, target, { up: 20 * MIB, down: 20 * MIB });
  await expect(window.tunnel.carried('Download')).toHaveText(/^2[01]\.\d MB this run$/);
});

test('the demo runs', async ({ desktopWindow: window }) => {
  await window.page.locator('[data-way=demo]').click();
  await expect(window.tunnel.state).toHaveText('Connected');
  await expect.poll(() => window.tunnel.number('Download')).toBeGreaterThan(0);
});

test('the page has neither node nor the network', async ({ desktopWindow: { page } }) => {
  expect(await page.evaluate(() => [typeof require, typeof process])).toEqual(['undefined', 'undefined']);
  expect(await page.evaluate(() => Object.keys(window.kcptun ?? {}).sort())).toEqual([
    'onClose',
    'onMessage',
    'send',
  ]);
  await expect(page.evaluate(() => fetch('https://example.com'))).rejects.toThrow();
});

test('closing hides the window and keeps the tunnels', async ({ desktop, desktopWindow: window }) => {
  await window.page.locator('[data-way=demo]').click();
  await expect(window.tunnel.state).toHaveText('Connected');
  const shown = () =>
    desktop.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().map((each) => each.isVisible()));
  await desktop.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].close());
  expect(await shown()).toEqual([false]);
  await expect(window.tunnel.state).toHaveText('Connected');
});
