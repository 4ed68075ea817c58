import { defineConfig } from '@playwright/test';

/** Debian's own browser is used where there is one: nothing is downloaded. CHROMIUM names another. */
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

export default defineConfig({
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
    { name: 'web', testIgnore: /electron.*\.spec\.ts|measure\.spec\.ts/ },
    { name: 'measure', testMatch: /measure\.spec\.ts/, timeout: 900_000 },
    { name: 'electron', testMatch: /electron.*\.spec\.ts/ },
  ],
});
