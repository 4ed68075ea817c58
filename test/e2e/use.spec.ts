import { expect, test } from './fixtures.ts';
import type { WindowPage } from './pages/window.ts';
import { LANGUAGES, type Words } from '../../shared/words/languages.ts';

async function make(window: WindowPage, name: string): Promise<void> {
  const form = await window.create();
  await form.fill({ name, host: 'vps.example.com', key: 'a key that is long enough' });
  await form.create();
  await expect(window.row(name)).toBeVisible();
}

test('errors stand at their field as it is typed in', async ({ window, page }) => {
  const form = await window.create();
  await expect(page.locator('[aria-invalid]')).toHaveCount(0);
  await form.createAndConnect();
  await expect(form.note('host')).toContainText('Where is the server?');
  await expect(form.host).toBeFocused();
  await expect(form.note('key')).toHaveText('Needed');
  await form.fill({ port: '29900-100' });
  await expect(form.note('port')).toContainText('range');
  await form.fill({ key: "it's a secrect" });
  await expect(form.note('key')).toContainText('every kcptun comes with');
  await form.fill({ rcvwnd: 0 });
  await expect(form.note('rcvwnd')).toHaveText('A whole number from 1 to 65535');
  await form.fill({ localaddr: ':8388' });
  await expect(form.note('localaddr')).toContainText('127.0.0.1 keeps it to this one');
  await form.fill({ datashard: 5, parityshard: 5 });
  await expect(page.locator('form')).toContainText('any 5 may be lost (50 %)');
  await expect(form.field('interval')).toBeDisabled();
  await expect(form.field('interval')).toHaveValue('30');
  await form.choose('Mode', 'manual');
  await expect(form.field('interval')).toBeEnabled();
  await form.choose('Cipher', 'none');
  await expect(page.locator('form')).toContainText('Protects nothing');
});

test('a generated key is shown, hidden and long', async ({ window, page }) => {
  const form = await window.create();
  await expect(form.key).toHaveAttribute('type', 'password');
  await page.getByRole('button', { name: 'Generate' }).click();
  await expect(form.key).toHaveAttribute('type', 'text');
  await expect(form.key).toHaveValue(/^[\w-]{43}$/);
  await page.getByRole('button', { name: 'Hide the key' }).click();
  await expect(form.key).toHaveAttribute('type', 'password');
});

test('what was deleted comes back by undo, in its place', async ({ window }) => {
  for (const name of ['One', 'Two', 'Three']) await make(window, name);
  await window.menu('Two', 'Delete');
  await expect(window.row('Two')).toHaveCount(0);
  await window.toasts.getByRole('button', { name: 'Undo' }).click();
  await expect(window.list.locator('[data-tunnel] b')).toHaveText(['One', 'Two', 'Three']);
  await window.menu('Three', 'Move up');
  await expect(window.list.locator('[data-tunnel] b')).toHaveText(['One', 'Three', 'Two']);
  await window.menu('One', 'Duplicate');
  await expect(window.list.locator('[data-tunnel]')).toHaveCount(4);
});

test('everything can be done by keyboard alone', async ({ window, page }) => {
  await page.keyboard.press('Alt+n');
  await page.locator('input[name=name]').focus();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('Typed');
  await page.keyboard.press('Tab');
  await page.keyboard.type('127.0.0.1');
  await page.keyboard.press('Tab');
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('9');
  for (let tabs = 0; tabs < 2; tabs++) await page.keyboard.press('Tab');
  await page.keyboard.type('a key that is long enough');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Create', exact: true }).focus();
  await page.keyboard.press('Enter');
  await expect(window.row('Typed')).toHaveAttribute('data-state', 'off');

  await page.keyboard.press('Alt+t');
  await expect(window.row('Typed')).not.toHaveAttribute('data-state', 'off');
  await page.keyboard.press('Control+4');
  await expect(page.getByRole('tab', { name: 'Counters' })).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Control+e');
  await expect(page.getByRole('tab', { name: 'Settings' })).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Control+o');
  await expect(window.dialog).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(window.dialog).toBeHidden();
  await page.keyboard.press('Control+f');
  await expect(page.getByRole('searchbox')).toBeFocused();
  await page.keyboard.type('nothing like it');
  await expect(window.row('Typed')).toHaveCount(0);
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Backspace');
  await page.keyboard.press('Alt+t');
  await expect(window.row('Typed')).toHaveAttribute('data-state', 'off');
  await page.getByRole('tab', { name: 'Settings' }).focus();
  await page.keyboard.press('ArrowLeft');
  await expect(page.getByRole('tab', { name: 'Connections' })).toBeFocused();
  await page.keyboard.press('Delete');
  await expect(window.row('Typed')).toHaveCount(0);
  await expect(window.toasts).toContainText('deleted');
});

test('language and theme change at once, and stay', async ({ host, window, page }) => {
  await page.keyboard.press('Control+,');
  await window.choose('Language', '简体中文');
  await expect(window.dialog).toContainText('偏好设置');
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
  const light = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.emulateMedia({ colorScheme: 'dark' });
  const dark = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  expect(dark).not.toBe(light);
  await window.choose('主题', '浅色');
  await expect.poll(() => page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(light);
  await host.open(page);
  await expect(page.getByRole('button', { name: '新建隧道' }).first()).toBeVisible();
  expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(light);
});

test('the system decides the language at first', { tag: '@browser' }, async ({ host, browser }) => {
  const context = await browser.newContext({ locale: 'zh-CN' });
  const page = await context.newPage();
  await host.open(page);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('在糟糕的线路上也能畅通');
  await context.close();
});

test('nothing is cut off or pushed out at 900x600 and below, in any language', async ({ window, page }) => {
  await make(window, 'A tunnel with a name that is rather longer than the list is wide');
  let spoken: Words = LANGUAGES.en;
  for (const next of Object.values(LANGUAGES)) {
    await page.keyboard.press('Control+,');
    await window.choose(spoken.preferences.language, next.language);
    await page.keyboard.press('Escape');
    spoken = next;
    // the app's window has no less than the first; a browser's may
    for (const [width, tab] of [900, 700].flatMap((width) =>
      ['1', '2', '3', '4', '5'].map((tab) => [width, tab] as const),
    )) {
      await page.setViewportSize({ width, height: 600 });
      await page.keyboard.press(`Control+${tab}`);
      const pushedOut = await page.evaluate(() =>
        [...document.querySelectorAll('html, nav, nav > *, main, main > *, main .content, form > *')]
          .filter(({ scrollWidth, clientWidth }) => clientWidth > 0 && scrollWidth > clientWidth)
          .map(
            ({ outerHTML, scrollWidth, clientWidth }) =>
              `${scrollWidth}/${clientWidth} ${outerHTML.slice(0, 80)}`,
          ),
      );
      expect(pushedOut, `${next.language}, view ${tab}, ${width} wide`).toEqual([]);
    }
    await expect(page.getByRole('button', { name: spoken.list.preferences })).toBeInViewport({ ratio: 1 });
  }
});

for (const reducedMotion of ['no-preference', 'reduce'] as const)
  test(`the charts have the theme's colours, motion: ${reducedMotion}`, async ({ window, page }) => {
    await page.emulateMedia({ reducedMotion });
    await page.locator('[data-way=demo]').click();
    await expect(window.tunnel.state).toHaveText('Connected');
    await page.locator('figure canvas').first().waitFor();
    /** Whether a colour of the theme stands on the chart: its line is drawn in it. */
    const drawn = (property: string) =>
      page
        .locator('figure canvas')
        .first()
        .evaluate((element, property) => {
          const canvas = element as HTMLCanvasElement;
          document.body.style.setProperty('color', `var(${property})`);
          const wanted = /(\d+), (\d+), (\d+)/
            .exec(getComputedStyle(document.body).color)
            ?.slice(1)
            .map(Number);
          document.body.style.removeProperty('color');
          const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
          for (let at = 0; at < data.length; at += 4)
            if (wanted?.every((value, channel) => data[at + channel] === value) && data[at + 3] === 255)
              return true;
          return false;
        }, property);
    await expect.poll(() => drawn('--down')).toBe(true);
  });
