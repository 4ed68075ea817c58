import { chromium } from '@playwright/test';
import { existsSync } from 'node:fs';
import { build } from '../support/build.ts';
import { ensureChromium, ensureKcptun, ensureNetworks } from '../support/debian.ts';

/**
 * The window and the web host are built where they are older than their sources; the reference peer and the browser
 * are installed on Debian. Where they cannot be had, that was said, and there is nothing to run; on other systems there
 * is no reference, and the tests that want it are skipped one by one.
 */
export default async function setup(): Promise<void> {
  const browser = existsSync(chromium.executablePath()) || ensureChromium();
  if (!browser || (process.platform === 'linux' && !ensureKcptun())) process.exit(0);
  if (process.platform === 'linux') ensureNetworks();
  await build('client', 'node', 'preload');
}
