import Conf from 'conf';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StoredFile } from './migrations.ts';

/** A JSON file that is written whole or not at all: conf, and electron-store, which is conf in Electron's place. */
export interface ConfFile {
  /** reads the file; assigning writes it */
  store: StoredFile;
  readonly path: string;
}

export const CONF_NAME = 'kcptun-desktop';

/**
 * Options for conf and for electron-store alike: readable by its owner only, because keys lie in it, and no file that
 * is not JSON is ever overwritten: it is copied beside itself first.
 */
export function confOptions(folder: string): {
  cwd: string;
  configFileMode: number;
  deserialize: (text: string) => StoredFile;
} {
  return {
    cwd: folder,
    configFileMode: 0o600,
    deserialize: (text) => {
      try {
        const value: unknown = JSON.parse(text);
        if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as StoredFile;
      } catch {
        // not JSON: below
      }
      const path = join(folder, `${CONF_NAME}.json`);
      const broken = `${path}.broken-${Date.now()}`;
      copyFileSync(path, broken);
      return { brokenFile: broken };
    },
  };
}

export const openConf = (folder: string): ConfFile =>
  new Conf<StoredFile>({ configName: CONF_NAME, ...confOptions(folder) });
