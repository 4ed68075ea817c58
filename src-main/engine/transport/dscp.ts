import type { Socket } from 'node:dgram';
import { createRequire } from 'node:module';
import type { LibraryHandle } from 'koffi';

const IPPROTO_IP = 0;
const IP_TOS = 1;
const IPPROTO_IPV6 = 41;
const IPV6_TCLASS = 67;

type SetSockOpt = (fd: number, level: number, name: number, value: Buffer, length: number) => number;
let setsockopt: SetSockOpt | null | undefined;

/** Whether this platform lets us set DSCP: Linux, with koffi's library for it. */
export function dscpSupported(): boolean {
  return loadSetSockOpt() !== null;
}

/** Sets DSCP (six bits) on every datagram of the socket; does nothing where it is not supported. */
export function setDscp(socket: Socket, family: 4 | 6, dscp: number): void {
  const call = loadSetSockOpt();
  const fd = call ? fileDescriptor(socket) : -1;
  if (call && fd >= 0) setDscpOf(fd, family, dscp, call);
}

export function setDscpOf(fd: number, family: 4 | 6, dscp: number, call = loadSetSockOpt()): void {
  const value = Buffer.alloc(4);
  // The low two bits of the field are ECN's.
  value.writeInt32LE(dscp << 2);
  if (family === 6) call?.(fd, IPPROTO_IPV6, IPV6_TCLASS, value, 4);
  else call?.(fd, IPPROTO_IP, IP_TOS, value, 4);
}

function loadSetSockOpt(): SetSockOpt | null {
  if (setsockopt === undefined) setsockopt = load();
  return setsockopt;
}

function load(): SetSockOpt | null {
  if (process.platform !== 'linux') return null;
  try {
    const koffi = createRequire(import.meta.url)('koffi') as { load(path: string | null): LibraryHandle };
    return koffi.load(null).func('int setsockopt(int, int, int, const void *, unsigned int)') as SetSockOpt;
  } catch {
    return null;
  }
}

/** `socket._handle` would warn (DEP0112); the handle also hangs at the socket's state symbol. */
function fileDescriptor(socket: Socket): number {
  const symbol = Object.getOwnPropertySymbols(socket).find((s) => s.description === 'state symbol');
  const state = symbol && (socket as unknown as Record<symbol, { handle?: { fd?: number } }>)[symbol];
  return state?.handle?.fd ?? -1;
}
