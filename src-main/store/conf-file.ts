import Conf from 'conf';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isObject, type StoredFile } from './migrations.ts';

/** A JSON file that is written whole or not at all: conf, and electron-store, which is conf in Electron's place. */
export interface ConfFile {
  /** reads the file; assigning writes it */
  store: StoredFile;
  readonly path: string;
}

export const CONF_NAME = 'kcptun-desktop';

/** Nothing that we write nests as deep; what does would end the stack of whoever walks it by calls, as conf does. */
const DEEPEST = 64;

/**
 * Options for conf and for electron-store alike: readable by its owner only, because keys lie in it, and no file that
 * is not JSON, or nests too deep to be written again, is ever overwritten: it is copied beside itself first, once.
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
      const value = parsed(text);
      if (value && !prune(value)) return value;
      return { ...value, brokenFile: copyAside(join(folder, `${CONF_NAME}.json`), text) };
    },
  };
}

function parsed(text: string): StoredFile | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

/** Cuts off a good part of what nests deeper than `DEEPEST`, so that it is not too deep again where it is set aside. */
function prune(value: StoredFile): boolean {
  if (levels(value, DEEPEST).length === 0) return false;
  for (const one of levels(value, DEEPEST / 2)) {
    for (const [key, item] of Object.entries(one)) if (isBranch(item)) one[key] = null;
  }
  return true;
}

/** The objects and lists that many levels down. */
function levels(value: Branch, depth: number): Branch[] {
  let level = [value];
  for (; depth > 0 && level.length > 0; depth--)
    level = level.flatMap((one) => Object.values(one).filter((item) => isBranch(item)));
  return level;
}

type Branch = Record<string, unknown>;
const isBranch = (value: unknown): value is Branch => typeof value === 'object' && value !== null;

/** conf reads a file several times: the name is the content's, so that the keys in it lie about once more and not thrice. */
function copyAside(path: string, text: string): string {
  const broken = `${path}.broken-${createHash('sha256').update(text).digest('hex').slice(0, 12)}`;
  try {
    writeFileSync(broken, text, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return broken;
}

export const openConf = (folder: string): ConfFile =>
  new Conf<StoredFile>({ configName: CONF_NAME, ...confOptions(folder) });
