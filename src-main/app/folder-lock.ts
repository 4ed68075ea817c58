import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiError } from '../../shared/errors.ts';

/**
 * Two apps writing one settings file would undo each other's changes: the first to come holds the folder.
 * @returns the way to let it go
 * @throws ApiError storage-failed naming the process that holds it
 */
export function lockFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'running.pid');
  const holder = holderOf(path);
  if (holder !== null) {
    throw new ApiError(
      'storage-failed',
      `${folder} is in use: kcptun-desktop runs already, as process ${holder}`,
    );
  }
  writeFileSync(path, String(process.pid));
  return () => rmSync(path, { force: true });
}

/** A process that was killed leaves its file behind; what counts is whether it lives. */
function holderOf(path: string): number | null {
  try {
    const pid = Number(readFileSync(path, 'utf8'));
    if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return null;
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    // EPERM: it lives, as another user
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? -1 : null;
  }
}
