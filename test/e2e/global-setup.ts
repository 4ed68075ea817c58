import { build } from '../support/build.ts';
import { ensureKcptun } from '../support/debian.ts';

/** The window and the web host are built where they are older than their sources; the reference peer is installed. */
export default async function setup(): Promise<void> {
  ensureKcptun();
  await build('client', 'node');
}
