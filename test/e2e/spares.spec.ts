import { KEY } from '../support/peers.ts';
import { transfer } from '../support/traffic.ts';
import { expect, test } from './fixtures.ts';
import { check } from './pages/axe.ts';
import { freePort } from './ports.ts';

const MIB = 1 << 20;

test('spare servers are listed, ordered by keyboard, and take over from a dead one', async ({
  window,
  server,
  target,
}) => {
  test.setTimeout(90_000);
  const first = await server('debian');
  const spare = await server('debian', { crypt: 'xtea', smuxver: 2 });
  const local = await freePort();
  const form = await window.create();
  const { page } = form;
  await form.preset('server2017');
  await form.fill({
    name: 'Two',
    host: '127.0.0.1',
    port: first.port,
    key: KEY,
    localaddr: `127.0.0.1:${local}`,
  });

  await page.getByRole('button', { name: 'Add a server' }).click();
  // it stands where one types
  await page.keyboard.type(`127.0.0.1:${spare.port}`);
  await page.getByRole('button', { name: 'Add a server' }).click();
  await page.keyboard.type('nobody');
  await expect(page.locator('[data-spares]')).toContainText('A name or an address, and a port');
  await page.keyboard.type('.invalid:1');
  await page.keyboard.press('Alt+ArrowUp');
  await expect(page.locator('input[name=spare-0]')).toHaveValue('nobody.invalid:1');
  await expect(page.locator('input[name=spare-0]')).toBeFocused();
  await page.getByRole('button', { name: 'Move server 2 down' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.locator('input[name=spare-1]')).toHaveValue('nobody.invalid:1');
  await page.getByRole('button', { name: 'Remove server 3' }).click();
  await expect(page.locator('[data-spares]')).toHaveAttribute('data-spares', '1');
  await expect(page.locator('form [aria-label^="Prefer:"]')).toHaveText('the first that works');

  await page.locator('[data-spares] summary').click();
  await page.locator('input[name=spare-0-smuxver]').fill('3');
  await expect(page.locator('[data-spares]')).toContainText('from 1 to 2');
  await page.locator('input[name=spare-0-smuxver]').fill('2');
  await page.locator('[data-spares]').getByRole('combobox', { name: 'Cipher' }).click();
  await page.getByRole('option', { name: 'xtea' }).click();
  await check(page, 'spare servers');

  await form.createAndConnect();
  const { tunnel } = window;
  await expect(tunnel.state).toHaveText('Connected');
  await transfer(local, target, { up: MIB, down: MIB });
  process.kill(first.pid, 'SIGKILL');
  await expect(tunnel.main.locator('[data-server="1"]')).toContainText('spare server (2)', {
    timeout: 15_000,
  });
  await expect(tunnel.main.locator('header').first()).toContainText(`127.0.0.1:${spare.port}`);
  await expect(tunnel.state).toHaveText('Connected');
  await transfer(local, target, { up: MIB, down: MIB });
  await tunnel.view('Log');
  await expect(tunnel.main).toContainText(
    `server changed: 127.0.0.1:${spare.port}, as 127.0.0.1:${first.port} does not answer`,
  );

  // what was saved is what was typed
  await tunnel.view('Settings');
  await expect(page.locator('input[name=spare-0]')).toHaveValue(`127.0.0.1:${spare.port}`);
  await window.menu('Two', 'Export…');
  await expect(window.dialog).toContainText('passes over the spare ones');
  await expect(window.dialog.locator('pre')).toContainText('"crypt": "xtea"');
});
