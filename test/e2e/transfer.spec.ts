import { readFile } from 'node:fs/promises';
import type { Download } from '@playwright/test';
import { toLink } from '../../shared/import/link.ts';
import { KEY } from '../support/peers.ts';
import { expect, test } from './fixtures.ts';
import { check } from './pages/axe.ts';
import type { WindowPage } from './pages/window.ts';
import { freePort } from './ports.ts';

const CLIENT = {
  localaddr: '127.0.0.1:18388',
  remoteaddr: 'vps.example.com:29900-29999',
  key: 'a key "with" quotes',
  crypt: 'salsa20',
  mode: 'manual',
  nodelay: 1,
  interval: 20,
  resend: 2,
  nc: 1,
  rcvwnd: 2048,
  datashard: 5,
  parityshard: 5,
  nocomp: true,
  smuxver: 1,
  fancy: { from: 'another program' },
};

/** The file as JSON; a key that stands for kcptun's own default says nothing, and may come or go. */
const json = async (download: Download): Promise<Record<string, unknown>> =>
  JSON.parse(await readFile(await download.path(), 'utf8')) as Record<string, unknown>;

async function importFile(window: WindowPage, name: string, text: string): Promise<void> {
  await window.list.getByRole('button', { name: 'Import' }).click();
  await window.dialog
    .locator('input[type=file]')
    .setInputFiles({ name, mimeType: 'application/json', buffer: Buffer.from(text) });
}

test('what is imported is exported with the same meaning', async ({ window, page }) => {
  await importFile(window, 'vps.json', JSON.stringify(CLIENT));
  await expect(window.dialog).toContainText('Imported one tunnel');
  await expect(window.dialog.locator('[data-note=unknown-keys]')).toContainText('fancy');
  await window.dialog.getByRole('button', { name: 'Done' }).click();
  await expect(page.locator('form')).toContainText('fancy');

  await page.keyboard.press('Control+1');
  const name = await page.getByRole('heading', { level: 1 }).innerText();
  await window.menu(name, 'Export…');
  const saved = page.waitForEvent('download');
  await window.dialog.getByRole('button', { name: 'Save file' }).click();
  const exported = await json(await saved);
  expect(exported).toMatchObject(CLIENT);

  // and once more, from what was exported
  await page.keyboard.press('Escape');
  await window.menu(name, 'Delete');
  await importFile(window, 'again.json', JSON.stringify(exported));
  await window.dialog.getByRole('button', { name: 'Done' }).click();
  await window.menu(await page.getByRole('heading', { level: 1 }).innerText(), 'Export…');
  const again = page.waitForEvent('download');
  await window.dialog.getByRole('button', { name: 'Save file' }).click();
  expect(await json(await again)).toEqual(exported);
});

test("a server's file is recognised and turned into the client that fits it", async ({ window }) => {
  const server = {
    listen: ':4000',
    target: '127.0.0.1:22',
    key: 'sixteen letters!',
    crypt: 'xtea',
    nocomp: true,
  };
  await importFile(window, 'server.json', JSON.stringify(server));
  await expect(window.dialog).toContainText("This is a server's configuration.");
  await window.dialog.getByRole('button', { name: 'Turn it into the matching client' }).click();
  await expect(window.dialog).toContainText('Imported one tunnel');
  await window.dialog.getByRole('button', { name: 'Done' }).click();
  const { page } = window;
  await expect(page.locator('input[name=port]')).toHaveValue('4000');
  await expect(page.locator('form')).toContainText('xtea');
});

test('a pasted command line is read', async ({ window, page }) => {
  await window.list.getByRole('button', { name: 'Import' }).click();
  await window.dialog
    .getByRole('textbox')
    .fill('nohup ./client_linux_amd64 -r "198.51.100.7:4000" -l ":8388" -key secret-enough -mode fast2 &');
  await window.dialog.getByRole('button', { name: 'Import', exact: true }).click();
  await expect(window.dialog).toContainText('Imported one tunnel');
  await window.dialog.getByRole('button', { name: 'Done' }).click();
  await expect(page.locator('input[name=host]')).toHaveValue('198.51.100.7');
  await expect(page.locator('form')).toContainText('Other computers can use this tunnel too');
});

test('what cannot be read is refused by name', async ({ window }) => {
  await importFile(window, 'holiday.txt', 'Dear all, the weather is fine.');
  await expect(window.dialog.getByRole('alert')).toContainText('holiday.txt');
  await expect(window.dialog).toContainText('In none of the formats that can be read.');
});

test('the server command matches the tunnel, and holds the key only when asked', async ({ window, page }) => {
  await importFile(window, 'vps.json', JSON.stringify(CLIENT));
  await window.dialog.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('main').getByRole('button', { name: 'Server command' }).click();
  const code = window.dialog.locator('pre');
  await expect(code).toContainText('salsa20');
  await expect(code).not.toContainText('quotes');
  await window.dialog.getByRole('switch', { name: 'Include the key' }).click();
  await expect(code).toContainText('quotes');
  await window.dialog.getByRole('radio', { name: 'JSON file (-c)' }).click();
  await expect(code).toContainText('"sndwnd": 2048');
});

test('a file dropped anywhere is imported', async ({ window, page }) => {
  const dropped = await page.evaluateHandle((text) => {
    const data = new DataTransfer();
    data.items.add(new File([text], 'dropped.json', { type: 'application/json' }));
    return data;
  }, JSON.stringify(CLIENT));
  await page.dispatchEvent('main', 'dragover', { dataTransfer: dropped });
  await expect(page.getByText('Drop to import')).toBeVisible();
  await page.dispatchEvent('main', 'drop', { dataTransfer: dropped });
  await expect(window.dialog).toContainText('Imported one tunnel');
  await expect(window.dialog).toContainText('dropped.json');
});

test('a server is asked for its settings from the preview of an import', async ({ window, page, server }) => {
  const { port } = await server('debian', {
    crypt: 'tea',
    ds: 3,
    ps: 2,
    nocomp: true,
    keepalive: 5,
    smuxver: 2,
  });
  await window.list.getByRole('button', { name: 'Import' }).click();
  const links = [
    toLink('Other', { remoteaddr: '127.0.0.1:1', key: KEY, crypt: 'aes' }),
    toLink('Asked', { remoteaddr: `127.0.0.1:${port}`, key: KEY, crypt: 'aes' }),
  ];
  await window.dialog.locator('textarea').fill(links.join('\n'));
  const asked = window.dialog.locator('[data-preview] li').filter({ hasText: 'Asked' });
  await asked.getByRole('button', { name: 'Import and find settings' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Asked');
  await expect(page.locator('p[data-found]')).toContainText('tea · FEC 3+2 · compression off', {
    timeout: 15_000,
  });
  await expect(window.row('Other')).toBeVisible();
});

test('thousands of links are taken at once, as many as there is room for', async ({ window, page }) => {
  const links = Array.from({ length: 5000 }, (_, i) => `kcptun://--r=host${i}.example:29900`).join('\n');
  await importFile(window, 'links.txt', links);
  await expect(window.dialog).toContainText('Imported 1000 tunnels', { timeout: 20_000 });
  await expect(window.dialog).toContainText('1000 tunnels at most');
  await expect(window.dialog).toContainText('and 900 more');
  await window.dialog.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('host999.example');
});

test('how far the servers of an import are is measured before it, and nothing is imported by that', async ({
  window,
  server,
}) => {
  const { port } = await server('ours');
  const dead = await freePort();
  await window.list.getByRole('button', { name: 'Import' }).click();
  const link = (name: string, at: number): string =>
    toLink(name, { remoteaddr: `127.0.0.1:${at}`, key: KEY, crypt: 'aes' });
  await window.dialog.locator('textarea').fill(`${link('Near', port)}\n${link('Gone', dead)}`);
  const preview = window.dialog.locator('[data-preview] li');
  await window.dialog.getByRole('button', { name: 'Measure latency of all' }).click();
  await expect(preview.filter({ hasText: 'Near' }).locator('[data-latency]')).toContainText('ms');
  await expect(preview.filter({ hasText: 'Gone' }).locator('[data-latency]')).toContainText('no answer');
  await check(window.page, 'servers of an import');
  await window.dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(window.row('Near')).toHaveCount(0);
});
