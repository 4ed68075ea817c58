import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiError } from '../../shared/errors.ts';

/** sun_path holds 104 bytes on macOS and 108 on Linux, the ending NUL among them. */
const LONGEST_PATH = 103;
/** A holder that is busy or stopped does not say who it is; that it took the connection is enough. */
const ANSWER_MS = 1000;
/** What a file system says that knows no sockets: FAT, some network folders, WSL's mounts. */
const NO_SOCKETS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EINVAL', 'ENOSYS'];
/** Losing a race for a stale socket twice means that somebody else is there now. */
const TRIES = 3;

/**
 * Two apps writing one settings file would undo each other's changes: the first to come holds the folder, by a socket
 * it listens on (a named pipe on Windows). The system closes that with the process, however it ends, so that nothing
 * which is left behind can be taken for a holder. Whoever connects is told the process id.
 * @returns the way to let it go
 * @throws ApiError storage-failed naming the process that holds it
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  let failure: unknown;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const path of lockPaths(realpathSync(folder))) {
      try {
        return await hold(path, folder);
      } catch (error) {
        if (!NO_SOCKETS.includes(codeOf(error))) throw error;
        failure = error;
      }
    }
  } catch (error) {
    failure = error;
  }
  if (failure instanceof ApiError) throw failure;
  const why = failure instanceof Error ? failure.message : String(failure);
  throw new ApiError('storage-failed', `${folder} cannot be locked: ${why}`, [], { cause: failure });
}

/** In the folder where that can be, else under a name of its own among the temporary files. */
function lockPaths(folder: string): string[] {
  const name = `kcptun-desktop-${createHash('sha256').update(folder).digest('hex').slice(0, 24)}`;
  if (process.platform === 'win32') return [`\\\\.\\pipe\\${name}`];
  const paths = [join(folder, 'running.sock'), join(tmpdir(), `${name}.sock`)];
  return paths.filter((path) => Buffer.byteLength(path) <= LONGEST_PATH);
}

async function hold(path: string, folder: string): Promise<() => Promise<void>> {
  for (let tries = TRIES; ; tries--) {
    try {
      const server = await listen(path);
      return () => new Promise((resolve) => server.close(() => resolve()));
    } catch (error) {
      if (codeOf(error) !== 'EADDRINUSE') throw error;
    }
    const found = identityOf(path);
    const holder = await askHolder(path);
    if (holder !== null || tries === 0) {
      const process = holder ? `, as process ${holder}` : '';
      throw new ApiError('storage-failed', `${folder} is in use: kcptun-desktop runs already${process}`);
    }
    // nobody listens any more; what another has put there since is not ours to remove
    if (identityOf(path) === found) rmSync(path, { force: true });
  }
}

function listen(path: string): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.end(String(process.pid));
  });
  return new Promise((resolve, reject) => {
    // stays, for the accepts that find no descriptor later
    server.on('error', reject).listen(path, () => {
      if (process.platform !== 'win32') chmodSync(path, 0o600);
      // it must not keep a process alive that has nothing else to do
      resolve(server.unref());
    });
  });
}

/** The process id of who listens there, '' where it does not say, null where nobody does. */
function askHolder(path: string): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect(path);
    let text = '';
    const taken = (): void => resolve(/^\d{1,10}$/.test(text) ? text : '');
    socket.setEncoding('utf8').setTimeout(ANSWER_MS, () => socket.destroy());
    socket.on('data', (part: string) => (text += part.slice(0, 16)));
    socket.on('error', (error) =>
      ['ECONNREFUSED', 'ENOENT'].includes(codeOf(error)) ? resolve(null) : taken(),
    );
    socket.on('close', taken);
  });
}

/** Tells one file from another of the same name. */
function identityOf(path: string): string {
  try {
    const { ino, ctimeNs } = statSync(path, { bigint: true });
    return `${ino}:${ctimeNs}`;
  } catch {
    return '';
  }
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? '';
