import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The path of a program, looked for in PATH and where Debian puts it; undefined when it is not there. */
export function findProgram(name: string): string | undefined {
  for (const folder of [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/sbin']) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // not in this folder
    }
  }
  return undefined;
}

let listsAreFresh = false;

/**
 * Makes sure that programs are there: where one is missing, root on a Debian-like system installs the package.
 *
 * @param programs all of these come with `debianPackage`
 * @param purpose what cannot run without them, for the message
 * @returns whether they are there now
 * @throws Error in continuous integration (CI is set) when they are missing
 */
export function ensurePrograms(programs: readonly string[], debianPackage: string, purpose: string): boolean {
  const missing = () => programs.filter((name) => findProgram(name) === undefined);
  if (missing().length === 0) return true;
  let trouble = '';
  if (process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
    console.log(`installing ${debianPackage} for ${purpose} …`);
    try {
      const apt = (...args: string[]) =>
        execFileSync('apt-get', args, {
          stdio: ['ignore', 'ignore', 'pipe'],
          env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
        });
      if (!listsAreFresh) apt('update', '-q');
      listsAreFresh = true;
      apt('install', '-q', '-y', '--no-install-recommends', debianPackage);
    } catch (error) {
      trouble = ` (apt-get failed: ${error instanceof Error ? error.message : String(error)})`;
    }
  }
  if (missing().length === 0) return true;
  const message =
    `${missing().join(' and ')} not found${trouble}: ${purpose} cannot run. ` +
    `Get them with: sudo apt-get install ${debianPackage}`;
  if (process.env.CI) throw new Error(message);
  console.warn(`\n*** SKIPPED: ${message} ***\n`);
  return false;
}

export const ensureKcptun = (): boolean =>
  ensurePrograms(['kcptun-client', 'kcptun-server'], 'kcptun', 'every suite against the reference peer');

/** Only root can make networks: who is not, does without. */
export const ensureNetworks = (): boolean =>
  process.getuid?.() === 0 && ensurePrograms(['ip'], 'iproute2', 'the tests in networks of their own');

export const ensureChromium = (): boolean => ensurePrograms(['chromium'], 'chromium', 'the end-to-end suite');
