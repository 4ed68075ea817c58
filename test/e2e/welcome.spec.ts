import { expect, test } from './fixtures.ts';

test('a newcomer sees a tunnel at work within five seconds of Try it here', async ({ window, page }) => {
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('A quick way through a bad line');
  const clicked = Date.now();
  await page.locator('[data-way=demo]').click();
  const { tunnel } = window;
  await expect(tunnel.state).toHaveText('Connected', { timeout: 5000 });
  const chart = page.locator('figure canvas').first();
  await chart.waitFor({ timeout: 5000 });
  await expect.poll(() => tunnel.number('Download'), { timeout: 5000 }).toBeGreaterThan(0);
  const canvas = (await chart.elementHandle())!;
  const before = await chart.screenshot();
  expect(Date.now() - clicked).toBeLessThan(5000);
  await expect.poll(async () => (await chart.screenshot()).equals(before), { timeout: 5000 }).toBe(false);
  // a sample is drawn on the canvas that is there, not on another
  expect(await canvas.evaluate((element) => element.isConnected)).toBe(true);
});

test('the demo leaves nothing behind', async ({ window, page }) => {
  await page.locator('[data-way=demo]').click();
  await expect(window.tunnel.state).toHaveText('Connected');
  await window.tunnel.view('Settings');
  await expect(window.tunnel.main).toContainText('The demo cannot be changed');
  const name = await page.getByRole('heading', { level: 1 }).innerText();
  await window.menu(name, 'Delete');
  await expect(page.locator('[data-way=demo]')).toBeVisible();
});
