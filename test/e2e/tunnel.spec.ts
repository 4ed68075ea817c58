import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { KEY } from '../support/peers.ts';
import { open, transfer } from '../support/traffic.ts';
import { expect, test } from './fixtures.ts';
import type { WindowPage } from './pages/window.ts';
import { freePort } from './ports.ts';

const MIB = 1 << 20;

/** Fills in the form for a server of Debian's release, which speaks smux 1 unless told, and connects. */
async function connect(window: WindowPage, name: string, serverPort: number, key = KEY): Promise<number> {
  const local = await freePort();
  const form = await window.create();
  await form.preset('server2017');
  await form.fill({ name, host: '127.0.0.1', port: serverPort, key, localaddr: `127.0.0.1:${local}` });
  await form.createAndConnect();
  return local;
}

test('a profile made by the form carries 20 MiB through a real server', async ({
  window,
  server,
  target,
}) => {
  const { port } = await server('debian');
  const local = await connect(window, 'Debian', port);
  const { tunnel } = window;
  await expect(tunnel.state).toHaveText('Connected');
  await expect(window.row('Debian')).toHaveAttribute('data-state', 'connected');

  // the SHA-256 of both directions is compared within
  await transfer(local, target, { up: 20 * MIB, down: 20 * MIB });
  await expect(tunnel.carried('Download')).toHaveText(/^2[01]\.\d MB this run$/);
  await expect(tunnel.carried('Upload')).toHaveText(/^2[01]\.\d MB this run$/);
  expect(await tunnel.number('Round trip')).toBeLessThan(1000);

  const socket = await open(local);
  const { port: source } = socket.address() as { port: number };
  await tunnel.view('Connections');
  const row = tunnel.connections.filter({ hasText: `127.0.0.1:${source}` });
  await expect(row).toHaveAttribute('data-state', 'open');
  socket.end();
  await expect(row).toHaveAttribute('data-state', 'closed');

  await tunnel.view('Counters');
  await expect(tunnel.counter('BytesReceived')).toHaveText(/^2\d,\d{3},\d{3}$/);
  await tunnel.view('Log');
  await expect(tunnel.main.locator('[data-level]').first()).toBeVisible();
  await expect(tunnel.main).not.toContainText(KEY);
});

test('while data flows the rate is seen', async ({ window, server, target }) => {
  const { port } = await server('debian');
  // 4 MB at 500 kB/s: some eight seconds of steady flow
  const local = await freePort();
  const form = await window.create();
  await form.preset('server2017');
  await form.fill({ name: 'Slow', host: '127.0.0.1', port, key: KEY, localaddr: `127.0.0.1:${local}` });
  await form.page.locator('summary').click();
  await form.fill({ ratelimit: 500_000 });
  await form.createAndConnect();
  const { tunnel } = window;
  await expect(tunnel.state).toHaveText('Connected');
  const flow = transfer(local, target, { up: 3 * MIB, down: 0 });
  await expect.poll(() => tunnel.number('Upload'), { timeout: 8000 }).toBeGreaterThan(1);
  await expect(window.row('Slow').locator('small')).toContainText('Mbit/s');
  const { page } = form;
  await expect(tunnel.main.locator('[data-way=up]')).toContainText(/ ms there and back/);
  await flow;

  // what is known of the line can be taken away as a file
  const saving = page.waitForEvent('download');
  await tunnel.main.getByRole('button', { name: 'Save as CSV' }).click();
  const saved = await saving;
  expect(saved.suggestedFilename()).toBe('Slow-line.csv');
  const [header, ...rows] = (await readFile(await saved.path(), 'utf8')).trimEnd().split('\n');
  const column = (name: string) => rows.map((row) => row.split(',')[header.split(',').indexOf(name)]);
  expect(new Set(column('session'))).toEqual(new Set(['all']));
  expect(Math.max(...column('sent_mbit_s').map(Number))).toBeGreaterThan(1);
  expect(Math.max(...column('line_mbit_s').map(Number))).toBeGreaterThan(1);
});

test('a wrong key shows as no answer, with the likely causes', async ({ window, server }) => {
  const { port } = await server('debian');
  await connect(window, 'Wrong key', port, 'quite another key');
  const { tunnel } = window;
  await expect(tunnel.diagnosis).toContainText(`No answer from 127.0.0.1:${port}`);
  await expect(tunnel.diagnosis).toContainText(
    /Packets have been sent for \d+ s and nothing valid has come back\./,
  );
  await expect(tunnel.cause('wrong-key')).toBeVisible();
  await expect(tunnel.cause('wrong-crypt')).toBeVisible();
  await expect(window.row('Wrong key')).toContainText('no answer');
});

test('answers under another key are counted and named', async ({ window }) => {
  // a server with another key, as far as the client can tell: its datagrams decrypt to noise
  const stranger = createSocket('udp4');
  stranger.on('message', (_, { port, address }) => stranger.send(Buffer.alloc(120, 7), port, address));
  stranger.bind(0, '127.0.0.1');
  await once(stranger, 'listening');
  try {
    await connect(window, 'Stranger', stranger.address().port);
    const { tunnel } = window;
    await expect(tunnel.diagnosis).toContainText(/checksums? do(es)? not match/);
    await tunnel.view('Counters');
    await expect
      .poll(async () => Number(await tunnel.counter('InCsumErrors').innerText()))
      .toBeGreaterThan(0);
  } finally {
    stranger.close();
  }
});

test('a server that goes and comes back is followed', async ({ window, server, target }) => {
  const first = await server('debian');
  const local = await connect(window, 'Comes and goes', first.port);
  const { tunnel } = window;
  await expect(tunnel.state).toHaveText('Connected');
  const socket = await open(local);
  await first.stop('SIGKILL');
  socket.write('is anybody there?');
  await expect(tunnel.state).toHaveText(/Reconnecting|Degraded/, { timeout: 60_000 });
  await server('debian', { listen: `127.0.0.1:${first.port}` });
  await expect(tunnel.state).toHaveText('Connected', { timeout: 60_000 });
  await transfer(local, target, { up: MIB, down: MIB });
  socket.destroy();
});

test('a change while it runs takes effect on reconnecting', async ({ window, server, target }) => {
  const { port } = await server('debian');
  await connect(window, 'Edited', port);
  const { tunnel } = window;
  await expect(tunnel.state).toHaveText('Connected');
  await tunnel.view('Settings');
  const moved = await freePort();
  const form = window.page.locator('form');
  await form.locator('input[name=localaddr]').fill(`127.0.0.1:${moved}`);
  await expect(form).toContainText('Unsaved changes');
  await form.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(window.toasts).toContainText('still uses the old settings');
  await expect(open(moved)).rejects.toThrow('ECONNREFUSED');
  await window.toasts.getByRole('button', { name: 'Reconnect now' }).click();
  await expect(tunnel.main.locator('header')).toContainText(`127.0.0.1:${moved}`);
  await expect(tunnel.state).toHaveText('Connected');
  await transfer(moved, target, { up: MIB, down: MIB });
});

test('of two tunnels one is lost and the other feels nothing', async ({ window, server, target }) => {
  const [one, other] = [await server('debian'), await server('debian')];
  await connect(window, 'Lost', one.port);
  await expect(window.tunnel.state).toHaveText('Connected');
  const local = await connect(window, 'Kept', other.port);
  await expect(window.tunnel.state).toHaveText('Connected');
  const flow = transfer(local, target, { up: 20 * MIB, down: 20 * MIB });
  await one.stop('SIGKILL');
  await flow;
  await expect(window.row('Kept')).toHaveAttribute('data-state', 'connected');
  await window.toggle('Lost').click();
  await expect(window.row('Lost')).toHaveAttribute('data-state', 'off');
  await transfer(local, target, { up: MIB, down: MIB });
  await expect(window.row('Kept')).toHaveAttribute('data-state', 'connected');
});
