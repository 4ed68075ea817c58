import { ElectronHost, expect, test as base } from './fixtures.ts';
import { ShellProcess } from '../support/shell/shell-process.ts';

/** What only the shell has: its window is no page of the network, and outlives being closed. */
const test = base.extend<{ shell: ShellProcess | ElectronHost }>({
  shell: async ({ host }, use) => {
    if (!(host instanceof ShellProcess || host instanceof ElectronHost))
      throw new Error('the host is no shell');
    await use(host);
  },
});

test('the page has neither node nor the network', async ({ host, page }) => {
  await host.open(page);
  expect(await page.evaluate(() => [typeof require, typeof process])).toEqual(['undefined', 'undefined']);
  expect(await page.evaluate(() => Object.keys(window.kcptun ?? {}).sort())).toEqual([
    'onClose',
    'onMessage',
    'send',
  ]);
  await expect(page.evaluate(() => fetch('https://example.com'))).rejects.toThrow();
});

test('what structured clone refuses does not pass', async ({ window: { page } }) => {
  const refused = (make: string): Promise<string> =>
    page.evaluate((make) => {
      const value = { fn: () => 1, proxy: new Proxy({}, {}), symbol: Symbol('s') }[make];
      try {
        window.kcptun?.send({ id: 1, request: 'snapshot', args: { value } });
        return 'sent';
      } catch (error) {
        return String(error);
      }
    }, make);
  for (const make of ['fn', 'proxy', 'symbol']) expect(await refused(make)).toContain('could not be cloned');
});

test('closing hides the window and keeps the tunnels', async ({ shell, window }) => {
  await window.page.locator('[data-way=demo]').click();
  await expect(window.tunnel.state).toHaveText('Connected');
  const shown = () =>
    shell.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().map((each) => each.isVisible()));
  expect(await shown()).toEqual([true]);
  await shell.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].close());
  await expect.poll(shown).toEqual([false]);
  await expect(window.tunnel.state).toHaveText('Connected');
});

test('a link opens the import, with what it holds, and imports nothing by itself', async ({
  shell,
  window,
}) => {
  await shell.evaluate(({ app }) =>
    app.emit('second-instance', {}, [
      'kcptun-desktop',
      'kcptun-desktop://cj12cHMuZXhhbXBsZS5jb206NDAwMDtrZXk9WVNCclpYa2dkR2hoZENCcGN5QnNiMjVuSUdWdWIzVm5hQT09O2NyeXB0PXh0ZWE7cmVtYXJrPVZHOXJlVzg9Ow==',
    ]),
  );
  await expect(window.dialog.locator('[data-preview]')).toContainText('Tokyo vps.example.com:4000 · xtea');
  await expect(window.list.locator('[data-tunnel]')).toHaveCount(0);
  await window.dialog.getByRole('button', { name: 'Import', exact: true }).click();
  await expect(window.list.locator('[data-tunnel]')).toHaveCount(1);
});
