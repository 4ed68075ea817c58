import { build } from '../support/build.ts';
import { ensureChromium, ensureKcptun } from '../support/debian.ts';

/**
 * The window and the web host are built where they are older than their sources; the reference peer and the browser
 * are installed. Where they cannot be had, that was said, and there is nothing to run.
 */
export default async function setup(): Promise<void> {
  if (!ensureKcptun() || !ensureChromium()) process.exit(0);
  await build('client', 'node', 'preload');
}
