import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { KEY } from '../support/peers.ts';
import { Relay } from '../support/relay.ts';
import { transfer } from '../support/traffic.ts';
import { expect, test } from './fixtures.ts';
import { check } from './pages/axe.ts';
import type { WindowPage } from './pages/window.ts';
import { freePort } from './ports.ts';

const MIB = 1 << 20;

/** A tunnel to a server on this machine, made with smux 1 and what else is said, and switched on. */
async function connect(
  window: WindowPage,
  name: string,
  port: number | string,
  key = KEY,
  more: (form: Awaited<ReturnType<WindowPage['create']>>) => Promise<void> = async () => {},
): Promise<number> {
  const local = await freePort();
  const form = await window.create();
  await form.preset('server2017');
  await form.fill({ name, host: '127.0.0.1', port, key, localaddr: `127.0.0.1:${local}` });
  await more(form);
  await form.createAndConnect();
  return local;
}

test('the form finds what a server uses, fills it in, and takes it back', async ({
  window,
  server,
  target,
}) => {
  const { port } = await server('debian', {
    crypt: 'tea',
    ds: 5,
    ps: 5,
    nocomp: true,
    keepalive: 5,
    smuxver: 1,
  });
  const local = await freePort();
  const form = await window.create();
  await form.fill({ name: 'Found', host: '127.0.0.1', port, key: KEY, localaddr: `127.0.0.1:${local}` });
  const { page } = form;
  await page.getByRole('button', { name: 'Find settings' }).click();
  await expect(page.locator('[data-found=crypt]')).toBeVisible();
  await expect(page.locator('p[data-found]')).toHaveText('tea · FEC 5+5 · compression off · smux 1', {
    timeout: 15_000,
  });
  for (const key of ['crypt', 'datashard', 'parityshard', 'nocomp', 'smuxver'])
    await expect(page.locator(`[data-found=${key}]`).first()).toBeAttached();
  await expect(page.locator('input[name=datashard]')).toHaveValue('5');
  await check(page, 'settings that were found');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.locator('input[name=datashard]')).toHaveValue('10');
  await expect(page.locator('input[name=host]')).toHaveValue('127.0.0.1');

  await page.getByRole('button', { name: 'Find settings' }).click();
  await expect(page.getByRole('button', { name: 'Undo' })).toBeVisible({ timeout: 15_000 });
  await form.createAndConnect();
  await expect(window.tunnel.state).toHaveText('Connected');
  await transfer(local, target, { up: MIB, down: MIB });
});

test('where nothing answers, the form says what was tried and what it means', async ({ window, server }) => {
  const { port } = await server('debian');
  const form = await window.create();
  await form.fill({ name: 'Silent', host: '127.0.0.1', port, key: 'quite another key' });
  await form.page.getByRole('button', { name: 'Find settings' }).click();
  await expect(form.page.locator('[data-heard=silent]')).toContainText('the key differs');
  await form.fill({ port: await freePort() });
  await form.page.getByRole('button', { name: 'Find settings' }).click();
  await expect(form.page.locator('[data-heard=refused]')).toContainText('nobody listens');
  await check(form.page, 'a server that does not answer');
});

test('another crypt is named, and a button sets it right', async ({ window, server, target }) => {
  const { port } = await server('debian', { crypt: 'aes-128' });
  const local = await connect(window, 'Crypt', port);
  const { tunnel } = window;
  await expect(tunnel.diagnosis).toContainText('The server uses aes-128', { timeout: 20_000 });
  await check(tunnel.page, 'a mismatch');
  await tunnel.main.getByRole('button', { name: 'Set it right and reconnect' }).click();
  await expect(tunnel.state).toHaveText('Connected');
  await transfer(local, target, { up: MIB, down: MIB });
});

test('a new tunnel speaks the smux version of its server from the first connection on', async ({
  window,
  server,
  target,
}) => {
  const { port } = await server('debian', { smuxver: 1 });
  const local = await freePort();
  const form = await window.create();
  await form.fill({ name: 'Learns', host: '127.0.0.1', port, key: KEY, localaddr: `127.0.0.1:${local}` });
  await form.createAndConnect();
  await expect(window.tunnel.state).toHaveText('Connected');
  await transfer(local, target, { up: MIB, down: MIB });
  await window.tunnel.view('Log');
  await expect(window.tunnel.main).toContainText(`smux version: 1, learned from 127.0.0.1:${port}`);
});

for (const [what, flags, sentence] of [
  ['smux version', { smuxver: 2 }, 'The server speaks smux 2'],
  ['compression', { nocomp: true }, 'The server does not compress'],
] as const)
  test(`another ${what} is named, and a button sets it right`, async ({ window, server, target }) => {
    test.setTimeout(120_000);
    const { port } = await server('debian', { ...flags, keepalive: 3 });
    const local = await connect(window, 'Differs', port);
    const { tunnel } = window;
    await expect(tunnel.diagnosis).toContainText(sentence, { timeout: 60_000 });
    await tunnel.main.getByRole('button', { name: 'Set it right and reconnect' }).click();
    await expect(tunnel.state).toHaveText('Connected');
    await transfer(local, target, { up: MIB, down: MIB });
  });

test('a server as old as 2017 is told by its FEC, and a button takes its shape', async ({
  window,
  server,
  target,
}) => {
  const { port } = await server('debian', { crypt: 'none', ds: 5, ps: 5 });
  await using relay = await Relay.open(port);
  // it took nothing that had not its own framing; here behind nonce and checksum
  relay.refuses = (direction, datagram) =>
    direction === 'up' && ![0xf1, 0xf2].includes(datagram.readUInt16LE(24));
  const local = await connect(window, 'Old', relay.port, KEY, (form) => form.choose('Cipher', 'none'));
  const { tunnel } = window;
  await expect(tunnel.diagnosis).toContainText("The server's FEC is 5+5", { timeout: 30_000 });
  await tunnel.main.getByRole('button', { name: 'Set it right and reconnect' }).click();
  await expect(tunnel.state).toHaveText('Connected');
  await transfer(local, target, { up: MIB, down: MIB });
});

test('of a range with dead ports the one that answers is named, and a button takes it', async ({
  window,
  server,
  target,
}) => {
  const { port } = await server('debian');
  // each session takes a port by chance, and hardly this one
  const local = await connect(window, 'Range', `${port}-${port + 999}`);
  const { tunnel } = window;
  await expect(tunnel.diagnosis).toContainText(`Port ${port} answers`, { timeout: 30_000 });
  await tunnel.main.getByRole('button', { name: 'Set it right and reconnect' }).click();
  await expect(tunnel.state).toHaveText('Connected');
  await transfer(local, target, { up: MIB, down: MIB });
});

test('a dead port, a wrong key and a wall are told apart', async ({ window, server }) => {
  test.setTimeout(90_000);
  const { tunnel } = window;
  await connect(window, 'Dead', await freePort());
  await expect(tunnel.diagnosis).toContainText('Nobody listens on', { timeout: 20_000 });
  const { port } = await server('debian');
  await connect(window, 'Key', port, 'quite another key');
  await expect(tunnel.diagnosis).toContainText('The key is wrong, whatever the crypt', { timeout: 20_000 });
  // loopback refuses what is closed: only a socket that stays silent looks like a wall, and like a wrong key
  const wall = createSocket('udp4').bind(0, '127.0.0.1');
  await once(wall, 'listening');
  try {
    await connect(window, 'Wall', wall.address().port);
    await expect(tunnel.diagnosis).toContainText('The key is wrong', { timeout: 20_000 });
  } finally {
    wall.close();
  }
});

test('the latency of every tunnel is measured, on or off', async ({ window, server }) => {
  const { port } = await server('debian');
  await connect(window, 'Near', port);
  await expect(window.tunnel.state).toHaveText('Connected');
  await connect(window, 'Gone', await freePort());
  await window.toggle('Gone').click();
  await window.page.getByRole('button', { name: 'All tunnels' }).click();
  await window.page.getByRole('menuitem', { name: 'Measure latency of all' }).click();
  await expect(window.row('Near').locator('[data-latency]')).toContainText('ms');
  await expect(window.row('Gone').locator('[data-latency]')).toContainText('no answer');
});

test('a line that swallows large packets is named, and a button or Find sets the size that passes', async ({
  window,
  server,
  target,
}) => {
  test.setTimeout(120_000);
  const { port } = await server('debian', { mtu: 900 });
  await using relay = await Relay.open(port, { largest: 1000 });
  const local = await connect(window, 'Hole', relay.port);
  const { tunnel, page } = window;
  await expect(tunnel.state).toHaveText('Connected');
  // what is large does not arrive, however often it is sent again
  const stuck = transfer(local, target, { up: MIB, down: 0 }).catch(() => undefined);
  await expect(tunnel.diagnosis).toContainText('vanish on the way', { timeout: 60_000 });
  await tunnel.main.getByRole('button', { name: 'Set it right and reconnect' }).click();
  await stuck;
  await expect(tunnel.state).toHaveText('Connected');
  await transfer(local, target, { up: MIB, down: MIB });

  await tunnel.view('Settings');
  await page.locator('input[name=mtu]').fill('1400');
  await page.locator('[data-size]').getByRole('button', { name: 'Find' }).click();
  await expect(page.locator('[data-size=found]')).toContainText('bytes pass', { timeout: 20_000 });
  const mtu = Number(await page.locator('input[name=mtu]').inputValue());
  expect(mtu).toBeGreaterThan(960);
  expect(mtu).toBeLessThanOrEqual(1000);
});
