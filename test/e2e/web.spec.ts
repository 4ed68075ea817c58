import { expect, test, WebHost } from './fixtures.ts';

const address = (host: unknown): Promise<string> => (host as WebHost).address();

test('nothing in the address, the history or the storage opens the window again', async ({
  host,
  window,
  page,
}) => {
  await expect(page).toHaveURL(/\/$/);
  await page.reload();
  await expect(page.getByRole('alert')).toBeVisible();
  await page.goto(await address(host));
  await window.ready();
});

test('when the host ends the window says so, without its code it does not open', async ({
  host,
  page,
  window,
}) => {
  const other = await page.context().newPage();
  await other.goto((await address(host)).replace(/#.*/, ''));
  await expect(other.getByRole('alert')).toContainText('printed last');
  await other.close();
  await host.stop();
  await expect(page.getByRole('alert')).toContainText('The connection to the core is gone');
  await expect(window.list).toBeVisible();
});
