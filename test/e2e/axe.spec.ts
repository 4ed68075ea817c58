import { expect, test } from './fixtures.ts';
import { check } from './pages/axe.ts';

for (const colorScheme of ['light', 'dark'] as const)
  test(`axe finds nothing on any view, ${colorScheme}`, async ({ window, page }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await check(page, 'welcome');
    await page.locator('[data-way=demo]').click();
    await expect(window.tunnel.state).toHaveText('Connected');
    await page.locator('figure canvas').first().waitFor();
    for (const view of ['Overview', 'Connections', 'Settings', 'Counters', 'Log'] as const) {
      await window.tunnel.view(view);
      await check(page, view);
    }
    const form = await window.create();
    await check(page, 'new tunnel');
    await form.createAndConnect();
    await expect(page.locator('[aria-invalid]').first()).toBeVisible();
    await check(page, 'new tunnel with errors');
    await form.fill({ host: '127.0.0.1', port: 9, key: 'a key that is long enough' });
    await page.locator('summary').click();
    await check(page, 'advanced');
    await form.createAndConnect();
    await expect(window.tunnel.diagnosis).toContainText('No answer');
    await check(page, 'no answer');
    await page.getByRole('main').getByRole('button', { name: 'Server command' }).click();
    await check(page, 'server command');
    await page.keyboard.press('Escape');
    for (const key of ['Control+o', 'Control+,']) {
      await page.keyboard.press(key);
      await window.dialog.waitFor();
      await check(page, `dialog of ${key}`);
      await page.keyboard.press('Escape');
      await window.dialog.waitFor({ state: 'hidden' });
    }
    await window.menu('My tunnel', 'Export…');
    await check(page, 'export');
  });
