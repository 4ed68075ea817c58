import { Socket as TcpSocket, type Socket } from 'node:net';
import { collectorFound } from './collector.ts';

/*
 * All that reaches behind what Node documents, but for the collector beside it. A release of Node may take any of it away:
 * each is looked for, and where it is gone, who asked goes the documented way, which costs more.
 */

/** What libuv's handle under a dgram socket shows. */
export interface UdpHandle {
  readonly fd: number;
  /** stops and starts waiting for datagrams; they gather in the system's buffer meanwhile */
  readonly waiting: { recvStop(): void; recvStart(): void } | undefined;
}

/** `_handle` of a bound dgram socket would warn (DEP0112); it also hangs at its state symbol. */
export function udpHandleOf(socket: object): UdpHandle | undefined {
  const symbol = symbolOf(socket, 'state symbol');
  const state = symbol && (socket as Record<symbol, { handle?: Partial<LibuvUdp> } | undefined>)[symbol];
  const handle = state?.handle;
  if (handle?.fd === undefined || handle.fd < 0) return undefined;
  return { fd: handle.fd, waiting: canWait(handle) ? handle : undefined };
}

interface LibuvUdp {
  fd: number;
  recvStop(): void;
  recvStart(): void;
}

const canWait = (handle: Partial<LibuvUdp>): handle is LibuvUdp =>
  typeof handle.recvStop === 'function' && typeof handle.recvStart === 'function';

/**
 * Has a TCP socket read into `buffer`, as the option `onread` does, which the sockets that a server accepts cannot be given.
 * `take` is called with how many bytes lie there.
 * @returns whether it does
 */
export function readInto(socket: Socket, buffer: Uint8Array, take: (length: number) => void): boolean {
  const handle = (socket as { _handle?: { useUserBuffer?(buffer: Uint8Array): void } | null })._handle;
  const keys = userBufferOf(socket);
  if (!handle?.useUserBuffer || !keys) return false;
  const slots = socket as unknown as Record<symbol, unknown>;
  slots[keys.buffer] = buffer;
  slots[keys.callback] = take;
  handle.useUserBuffer(buffer);
  return true;
}

function userBufferOf(socket: object): { buffer: symbol; callback: symbol } | undefined {
  // Windows may fill a buffer after the call that asked for it
  if (process.platform === 'win32') return undefined;
  const buffer = symbolOf(socket, 'kBuffer');
  const callback = symbolOf(socket, 'kBufferCb');
  return buffer && callback && { buffer, callback };
}

const symbolOf = (object: object, description: string): symbol | undefined =>
  Object.getOwnPropertySymbols(object).find((symbol) => symbol.description === description);

/** What this Node lacks of what an engine would use before it has a UDP socket, in lines for the log. */
export function missingInternals(
  socket: object = new TcpSocket(),
  collector: boolean = collectorFound(),
): string[] {
  const missing: string[] = [];
  if (process.platform !== 'win32' && !userBufferOf(socket))
    missing.push('this Node gives each read of a connection a buffer of its own: more memory is used');
  if (!collector) missing.push("this Node does not hand out V8's collector: more memory is used");
  return missing;
}
