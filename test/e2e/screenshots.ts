import { chromium, type Page } from '@playwright/test';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Language, LANGUAGE_TAGS } from '../../shared/words/languages.ts';
import { build } from '../support/build.ts';
import { MockCore } from '../support/mock-core.ts';
import { serveMock } from '../support/mock-host.ts';
import { scene } from '../support/mock-scene.ts';

/**
 * Takes the pictures of the README in both themes: every view in English and Chinese, and the overview in every other
 * language, of a scene that is always the same.
 * `npx tsx test/e2e/screenshots.ts [name …]`
 */
const wanted = process.argv.slice(2);
const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = `${root}assets/screenshots`;
mkdirSync(folder, { recursive: true });
await build('client');

const full = await serveMock(scene(), `${root}dist/window`);
const empty = await serveMock(new MockCore([]), `${root}dist/window`);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking'],
});

/** Each picture: its name, and the way to it from the tunnel that is shown first. */
const VIEWS: Record<string, (page: Page) => Promise<void>> = {
  overview: async () => {},
  connections: (page) => page.keyboard.press('Control+2'),
  settings: (page) => page.keyboard.press('Control+3'),
  counters: (page) => page.keyboard.press('Control+4'),
  log: (page) => page.keyboard.press('Control+5'),
  'no-answer': async (page) => {
    await page.keyboard.press('Control+1');
    await page.locator('[data-tunnel="Old router"] button').first().click();
  },
  'new-tunnel': (page) => page.keyboard.press('Alt+n'),
  import: (page) => page.keyboard.press('Control+o'),
  preferences: async (page) => {
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.keyboard.press('Control+,');
  },
  'server-command': async (page) => {
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.locator('[data-tunnel="Tokyo"] button').first().click();
    await page.locator('main header button').first().click();
    await page.getByRole('dialog').locator('pre').waitFor();
  },
};

/** The languages that every view is shown in. */
const WHOLE: readonly Language[] = ['en', 'zh-CN'];

for (const locale of LANGUAGE_TAGS)
  for (const colorScheme of ['light', 'dark'] as const) {
    const context = await browser.newContext({
      locale,
      colorScheme,
      reducedMotion: 'reduce',
      viewport: { width: 1180, height: 780 },
    });
    const page = await context.newPage();
    const take = async (name: string) => {
      if (wanted.length > 0 && !wanted.includes(name)) return;
      if (name !== 'overview' && !WHOLE.includes(locale)) return;
      // what moves has come to rest: two frames after the last change
      await page.evaluate(
        () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
      );
      await page.mouse.move(0, 0);
      await page.screenshot({ path: `${folder}/${name}-${locale}-${colorScheme}.png` });
    };
    await page.goto(empty.url);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await take('welcome');
    await page.goto(full.url);
    await page.locator('figure canvas').first().waitFor();
    await page.evaluate(() => document.fonts.ready.then(() => undefined));
    for (const [name, go] of Object.entries(VIEWS)) {
      await go(page);
      await take(name);
    }
    await context.close();
  }
await browser.close();
await Promise.all([full.close(), empty.close()]);
