import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, WebHost } from './fixtures.ts';
import { FormPage } from './pages/form.ts';
import { WindowPage } from './pages/window.ts';

const PASSPHRASE = 'correct horse battery';

test('a passphrase seals the keys, is asked for at the next start, and can be forgotten', async ({
  host,
  window,
  page,
}) => {
  const { folder } = host as WebHost;
  const onDisk = () => readFile(join(folder, 'kcptun-desktop.json'), 'utf8');
  const form = await window.create();
  await form.fill({ name: 'sealed', host: '127.0.0.1', port: 9, key: 'a key to be sealed' });
  await form.create();
  await expect(window.row('sealed')).toBeVisible();
  expect(await onDisk()).toContain('a key to be sealed');

  await page.getByRole('button', { name: 'Set a passphrase…' }).click();
  const passphrase = window.dialog.getByLabel('Passphrase', { exact: true });
  await passphrase.fill('short');
  await window.dialog.getByRole('button', { name: 'Encrypt the keys' }).click();
  await expect(window.dialog).toContainText('At least 8 characters');
  await passphrase.fill(PASSPHRASE);
  await window.dialog.getByLabel('Once more').fill(PASSPHRASE);
  await page.keyboard.press('Enter');
  await expect(window.dialog).toBeHidden();
  expect(await onDisk()).not.toMatch(/a key to be sealed|horse/);
  await window.toggle('sealed').click();
  await expect(window.row('sealed')).not.toHaveAttribute('data-state', 'off');
  // a window whose host is gone complains of that
  await page.goto('about:blank');
  await host.stop();

  const again = new WebHost(folder);
  try {
    await again.open(page);
    const reopened = new WindowPage(page);
    await reopened.ready();
    await expect(reopened.dialog).toContainText('The keys of your tunnels are encrypted');
    await reopened.dialog.getByLabel('Passphrase', { exact: true }).fill('not that one');
    await page.keyboard.press('Enter');
    await expect(reopened.dialog).toContainText('This is not the passphrase. Nothing is lost');
    await reopened.dialog.getByRole('button', { name: 'Later' }).click();
    await expect(page.getByRole('note').filter({ hasText: 'waits for the passphrase' })).toBeVisible();
    await page.getByRole('button', { name: 'Unlock' }).click();
    await reopened.dialog.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE);
    await page.keyboard.press('Enter');
    await expect(reopened.dialog).toBeHidden();
    // it was running when the host ended
    await expect(reopened.row('sealed')).not.toHaveAttribute('data-state', 'off');
    await expect(page.getByText('waits for the passphrase')).toBeHidden();
  } finally {
    await page.goto('about:blank');
    await again.stop();
  }

  const last = new WebHost(folder);
  try {
    await last.open(page);
    const third = new WindowPage(page);
    const { dialog } = third;
    await dialog.getByRole('button', { name: 'Forgotten?' }).click();
    await expect(dialog).toContainText('cannot be had back');
    await dialog.getByRole('button', { name: 'Clear the keys' }).click();
    await expect(dialog).toBeHidden();
    await expect(page.getByRole('note').filter({ hasText: 'cleared with the forgotten' })).toBeVisible();
    await page.getByRole('button', { name: 'Enter the key' }).click();
    const form = new FormPage(page);
    await form.fill({ key: 'entered anew' });
    await form.save();
    await expect(page.getByText('cleared with the forgotten')).toBeHidden();
    await expect(third.row('sealed')).toBeVisible();
    await expect.poll(onDisk).toContain('entered anew');
  } finally {
    await page.goto('about:blank');
    await last.stop();
  }
});
