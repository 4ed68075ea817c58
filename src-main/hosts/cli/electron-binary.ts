import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Where the electron package lies, as seen from the folder of package.json; undefined where it is not installed. */
export function electronPackage(root: string): string | undefined {
  try {
    return dirname(createRequire(join(root, 'package.json')).resolve('electron/package.json'));
  } catch {
    return undefined;
  }
}

/** Where electron's own index.js looks, which would start a download by itself. */
export function electronBinary(folder: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const named = join(folder, 'path.txt');
  const dist = env.ELECTRON_OVERRIDE_DIST_PATH ?? join(folder, 'dist');
  const name = existsSync(named)
    ? readFileSync(named, 'utf8')
    : env.ELECTRON_OVERRIDE_DIST_PATH && 'electron';
  const binary = name && join(dist, name);
  return binary && existsSync(binary) ? binary : undefined;
}

/** Why Electron could not show a window to this user here, whatever its binary; undefined where it may. */
export function whyNoWindow(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
  uid: number | undefined = process.getuid?.(),
): string | undefined {
  if (platform !== 'linux') return undefined;
  if (!env.DISPLAY && !env.WAYLAND_DISPLAY)
    return 'there is no display (neither DISPLAY nor WAYLAND_DISPLAY)';
  // Chromium's sandbox refuses root, and says so only in its log
  if (uid === 0 && !env.ELECTRON_DISABLE_SANDBOX) return 'Electron does not run as root';
  return undefined;
}
