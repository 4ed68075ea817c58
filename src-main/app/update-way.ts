import { accessSync, constants, existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { UpdateWay } from '../../shared/updates.ts';
import { appImage, type Started } from './places.ts';

/** By electron-builder, beside the archive: where newer versions are published. */
const FEED = 'app-update.yml';
/** By electron-builder, beside the archive: `deb`, where that is what the files came from. */
const PACKAGE_TYPE = 'package-type';
/** What electron-builder's installer for Windows leaves beside the program. */
const UNINSTALLER = /^Uninstall .*\.exe$/i;

/**
 * What a build may do about newer versions. It installs one by itself only where it can replace what the user started:
 * an AppImage in a folder that can be written, what the installer for Windows has put down, a signed app on macOS
 * (Squirrel.Mac takes no other). A deb is the package manager's, and the portable program is its user's own file. What
 * was packed by somebody else has no feed, and a working copy is git's.
 *
 * @param resources the folder of app.asar
 * @param root the folder of package.json, in which .ci/package says whether the build is signed
 */
export function updateWay(started: Started, resources: string, root: string): UpdateWay {
  const { packaged, platform, env, exe } = started;
  if (!packaged || !existsSync(join(resources, FEED))) return 'none';
  switch (platform) {
    case 'win32':
      if (env.PORTABLE_EXECUTABLE_FILE) return 'page';
      return readdirSync(dirname(exe)).some((name) => UNINSTALLER.test(name)) ? 'install' : 'page';
    case 'darwin':
      return isSigned(root) ? 'install' : 'page';
    case 'linux': {
      const image = appImage(started);
      if (image) return canWrite(dirname(image)) ? 'install' : 'page';
      return existsSync(join(resources, PACKAGE_TYPE)) ? 'page' : 'none';
    }
    default:
      return 'none';
  }
}

function isSigned(root: string): boolean {
  const { signed } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { signed?: unknown };
  return signed === true;
}

function canWrite(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
