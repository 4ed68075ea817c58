import { lstat, unlink } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { type Address, formatAddress } from '../../../shared/address.ts';
import { EngineError } from '../errors.ts';
import { readInto } from '../runtime/node-internals.ts';

/** How Go's net package, and so kcptun, makes its TCP sockets; half-open is what a pipe needs. */
const SOCKET_OPTIONS = {
  allowHalfOpen: true,
  noDelay: true,
  keepAlive: true,
  keepAliveInitialDelay: 15_000,
} as const;

export interface LocalListener {
  /** as bound: the port is the real one */
  readonly address: string;
  /** Stops listening, and is done when the last connection is closed, which is for the caller to do. */
  close(): Promise<void>;
}

/**
 * Listens on a TCP port or a unix socket. Connections come paused. The file of a unix socket that nobody listens on
 * any more is replaced.
 * @param onError told of a connection that cannot be accepted (too many open files), which is not the listener's end
 * @throws {EngineError} port-in-use, listen-failed
 */
export async function listenLocally(
  address: Address,
  onConnection: (socket: Socket) => void,
  onError: (error: Error) => void = () => {},
): Promise<LocalListener> {
  const server = createServer({ ...SOCKET_OPTIONS, pauseOnConnect: true }, onConnection);
  try {
    await bind(server, address);
  } catch (error) {
    if (!('path' in address) || codeOf(error) !== 'EADDRINUSE') throw listenError(address, error);
    await removeStale(address.path);
    await bind(server, address).catch((again: unknown) => {
      throw listenError(address, again);
    });
  }
  server.on('error', onError);
  const bound = server.address();
  return {
    address:
      typeof bound === 'object' && bound !== null && 'host' in address
        ? formatAddress({ host: address.host, minPort: bound.port, maxPort: bound.port })
        : formatAddress(address),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Begins to connect; what is written meanwhile waits in the socket. */
export function connectLocally(address: Address): Socket {
  return 'path' in address
    ? connect({ ...SOCKET_OPTIONS, path: address.path })
    : connect({ ...SOCKET_OPTIONS, host: address.host || '127.0.0.1', port: address.minPort });
}

/**
 * Every socket of this thread reads into it, and its bytes are taken before the next does. 1,000 connections that each
 * wait with one such read hold 15 MB less than with 64 KB, at the same speed (measured).
 */
const readBuffer = Buffer.allocUnsafeSlow(32 * 1024);

/**
 * Gives every piece that the socket reads to `take`, valid during the call. Where it can, without a buffer for each piece
 * and none read ahead while the socket is paused: with 100 connections those held 70 MB (measured).
 */
export function readFrom(socket: Socket, take: (bytes: Uint8Array) => void): void {
  if (!readInto(socket, readBuffer, (length) => take(readBuffer.subarray(0, length))))
    socket.on('data', take);
}

/** Where a connection comes from; a unix socket's other end has no name, so the path stands for it. */
export function sourceOf(socket: Socket, listener: string): string {
  const { remoteAddress, remotePort } = socket;
  if (remoteAddress === undefined || remotePort === undefined) return listener;
  const host = remoteAddress.replace(/^::ffff:(?=[\d.]+$)/, '');
  return formatAddress({ host, minPort: remotePort, maxPort: remotePort });
}

function bind(server: Server, address: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    const listening = (): void => {
      server.off('error', reject);
      resolve();
    };
    if ('path' in address) server.listen(address.path, listening);
    else server.listen(address.minPort, address.host || undefined, listening);
  });
}

/** Removes a socket file that refuses connections. */
async function removeStale(path: string): Promise<void> {
  const inUse = (why: string): EngineError => new EngineError('port-in-use', `unix socket ${path}: ${why}`);
  const { isSocket } = await lstat(path).then(
    (stat) => ({ isSocket: stat.isSocket() }),
    () => ({ isSocket: false }),
  );
  if (!isSocket) throw inUse('a file of that name exists that is no socket');
  const refusal = await new Promise<unknown>((resolve) => {
    const probe = connect(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(undefined);
    });
    probe.once('error', resolve);
  });
  if (codeOf(refusal) !== 'ECONNREFUSED') throw inUse('another program listens on it');
  await unlink(path);
}

function listenError(address: Address, cause: unknown): EngineError {
  const where = formatAddress(address);
  if (codeOf(cause) === 'EADDRINUSE') {
    const what = 'path' in address ? `unix socket ${where}` : `port ${address.minPort}`;
    return new EngineError('port-in-use', `${what} is in use by another program (${where})`, { cause });
  }
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new EngineError('listen-failed', `cannot listen on ${where}: ${detail}`, { cause });
}

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
