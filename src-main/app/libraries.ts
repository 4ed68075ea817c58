import { createHash } from 'node:crypto';
import type { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';

/** The file system as it is, in which an archive is a file. */
export interface PlainFiles {
  openSync: typeof openSync;
  readSync: typeof readSync;
  closeSync: typeof closeSync;
  readFileSync: typeof readFileSync;
}

interface Entry {
  files?: Record<string, Entry>;
  unpacked?: boolean;
  integrity?: { hash: string };
}

/**
 * Compares the libraries that lie beside the archive with the hashes in its header, which Electron checks itself where
 * the system lets it. The header: a pickle of its size, then one of its text (electron/asar, README).
 *
 * @param resources holds app.asar
 * @throws Error naming the file that is another one
 */
export function checkLibraries(resources: string, fs: PlainFiles): void {
  const archive = join(resources, 'app.asar');
  const file = fs.openSync(archive, 'r');
  const sizes = Buffer.alloc(16);
  fs.readSync(file, sizes, 0, 16, 0);
  const text = Buffer.alloc(sizes.readUInt32LE(12));
  fs.readSync(file, text, 0, text.length, 16);
  fs.closeSync(file);
  const check = ({ files, unpacked, integrity }: Entry, path: string): void => {
    for (const [name, entry] of Object.entries(files ?? {})) check(entry, join(path, name));
    if (!unpacked || files) return;
    const hash = createHash('sha256').update(fs.readFileSync(path)).digest('hex');
    if (hash !== integrity?.hash) throw new Error(`${path} is not the file that this app came with`);
  };
  check(JSON.parse(text.toString()) as Entry, `${archive}.unpacked`);
}
