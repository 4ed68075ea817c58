import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

/** As in electron-builder.yml; its installer for Windows leaves it to the app to register them. */
export const LINK_SCHEMES = ['kcptun', 'kcptun-desktop'];

/** What the desktop app was started with. */
export interface Launch {
  /** where its data is to lie, if that was said */
  folder: string | undefined;
  /** a proof of the build, which touches nothing of the user's unless it names a folder */
  smoke: boolean;
}

/** @param argv without the program's own name; the system and Chromium have theirs among them */
export function shellArguments(argv: readonly string[]): Launch {
  const options = { folder: { type: 'string' }, smoke: { type: 'boolean' } } as const;
  const given = parseArgs({ args: [...argv], options, strict: false }).values;
  return {
    folder: typeof given.folder === 'string' ? given.folder : undefined,
    smoke: given.smoke === true,
  };
}

/** As `shellArguments`, with a folder of its own for a proof that names none. */
export function readLaunch(argv: readonly string[]): Launch {
  const { folder, smoke } = shellArguments(argv);
  return { smoke, folder: folder ?? (smoke ? mkdtempSync(join(tmpdir(), 'kcptun-smoke-')) : undefined) };
}

/** The link among what the system hands over, as a kcptun link: our own scheme is that under a name no other program takes. */
export const linkIn = (argv: readonly string[]): string | undefined =>
  argv
    .find((argument) => LINK_SCHEMES.some((scheme) => argument.toLowerCase().startsWith(`${scheme}://`)))
    ?.replace(/^kcptun-desktop:/i, 'kcptun:');

/** Switches by which another program could make this one do its bidding. */
const DEBUGGING = [
  'remote-debugging-port',
  'remote-debugging-pipe',
  'inspect',
  'inspect-brk',
  'inspect-port',
];

export const isDebugged = (hasSwitch: (name: string) => boolean): boolean => DEBUGGING.some(hasSwitch);
