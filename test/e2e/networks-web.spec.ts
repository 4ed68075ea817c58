import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { HERE, Namespace, VOID } from '../support/namespace.ts';
import { debianIsHere, KEY } from '../support/peers.ts';
import { expect, test, WebHost } from './fixtures.ts';
import { check } from './pages/axe.ts';
import { WindowPage } from './pages/window.ts';

// What loopback cannot show: a net that swallows what it is given, and a name with several addresses.
test.skip(Namespace.missing !== undefined, Namespace.missing);
test.skip(!debianIsHere, 'the reference is not to be had on this system');

const PORT = 29900;

/** Host, browser and servers, all in a network of their own. */
async function inNetwork(
  names: string,
  launch: { executablePath?: string; args?: string[] },
  use: (window: WindowPage, network: Namespace) => Promise<void>,
): Promise<void> {
  await using network = await Namespace.open(names);
  const folder = await mkdtemp(join(tmpdir(), 'kcptun-e2e-'));
  await using host = new WebHost(folder, network.enter);
  const executablePath = await network.wrap(launch.executablePath ?? chromium.executablePath());
  const browser = await chromium.launch({ ...launch, executablePath });
  try {
    const context = await browser.newContext({ locale: 'en' });
    const page = await context.newPage();
    await host.open(page);
    await use(new WindowPage(page), network);
  } finally {
    await browser.close();
    await host.stop();
    await rm(folder, { recursive: true });
  }
}

async function connect(window: WindowPage, name: string, host: string): Promise<void> {
  const form = await window.create();
  await form.preset('server2017');
  await form.fill({ name, host, port: PORT, key: KEY, localaddr: '127.0.0.1:0' });
  await form.createAndConnect();
}

const serve = (network: Namespace, at: string) =>
  network.start('kcptun-server', '--listen', `${at}:${PORT}`, '--key', KEY);

test('that packets leave and nothing returns is said, until something does', async ({ launchOptions }) => {
  await inNetwork('', launchOptions, async (window, network) => {
    await connect(window, 'Void', VOID);
    await expect(window.tunnel.diagnosis).toContainText('Nothing comes back', { timeout: 20_000 });
    await network.start('ip', 'address', 'add', `${VOID}/32`, 'dev', 'lo').exited;
    await using _server = serve(network, VOID);
    await expect(window.tunnel.state).toHaveText('Connected', { timeout: 30_000 });
  });
});

test('of a name with several addresses the one that answers is used, and named', async ({
  launchOptions,
}) => {
  const names = `127.0.0.9 vps.test\n${HERE} vps.test\n`;
  await inNetwork(names, launchOptions, async (window, network) => {
    await using _server = serve(network, HERE);
    await connect(window, 'Name', 'vps.test');
    await expect(window.tunnel.diagnosis).toContainText(`${HERE} answers`, { timeout: 20_000 });
    // by itself, and that is all there is to say
    await expect(window.tunnel.state).toHaveText('Connected', { timeout: 20_000 });
    await expect(window.tunnel.diagnosis).toContainText(`${HERE} answers`);
    await check(window.page, 'a quiet notice');
    await window.tunnel.main.getByRole('button', { name: 'Set it right and reconnect' }).click();
    await expect(window.tunnel.state).toHaveText('Connected', { timeout: 30_000 });
    await expect(window.tunnel.main).toContainText(HERE);
  });
});
