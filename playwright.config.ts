import { defineConfig } from '@playwright/test';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { electronBinary, whyNoWindow } from './src-main/hosts/cli/electron-binary.ts';
import type { Options } from './test/e2e/fixtures.ts';

/** Debian's own browser is used where there is one: nothing is downloaded. CHROMIUM names another. */
const debian = '/usr/bin/chromium';
const executablePath = process.env.CHROMIUM ?? (existsSync(debian) ? debian : undefined);

const electron = fileURLToPath(new URL('node_modules/electron', import.meta.url));
const whyNoElectron = electronBinary(electron) ? whyNoWindow() : `there is no Electron binary in ${electron}`;
// once, not in every worker
if (whyNoElectron && process.env.TEST_WORKER_INDEX === undefined)
  console.warn(`\n*** SKIPPED: ${whyNoElectron}: the end-to-end suite cannot run in Electron itself ***\n`);

export default defineConfig<Options>({
  testDir: 'test/e2e',
  globalSetup: './test/e2e/global-setup.ts',
  outputDir: 'test-results',
  // each test starts a host, an engine and peers of its own: two at once would measure each other
  workers: 1,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: process.env.CI ? [['list'], ['html', { open: 'never' }]] : 'list',
  use: {
    locale: 'en',
    colorScheme: 'light',
    viewport: { width: 1180, height: 780 },
    actionTimeout: 10_000,
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath,
      args: [
        '--no-sandbox',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  projects: [
    { name: 'web', testIgnore: /(shell|measure)\.spec\.ts/, use: { hostKind: 'web' } },
    { name: 'shell', testIgnore: /(web|measure)\.spec\.ts/, use: { hostKind: 'shell' } },
    {
      name: 'electron',
      testIgnore: whyNoElectron ? /./ : /(web|measure)\.spec\.ts/,
      grepInvert: /@browser/,
      use: { hostKind: 'electron' },
    },
    { name: 'measure', testMatch: /measure\.spec\.ts/, timeout: 900_000 },
  ],
});
