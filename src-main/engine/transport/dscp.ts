import type { Socket } from 'node:dgram';
import { udpHandleOf } from '../runtime/node-internals.ts';
import { loadLibc } from '../runtime/libc.ts';

const IPPROTO_IP = 0;
const IP_TOS = 1;
const IPPROTO_IPV6 = 41;
const IPV6_TCLASS = 67;

/** Whether DSCP can be set on this platform: on Linux, through its C library. */
export const dscpSupported = (): boolean => loadLibc() !== undefined;

/** Sets DSCP (six bits) for every datagram of the socket; does nothing where that is not supported. */
export function setDscp(socket: Socket, family: 4 | 6, dscp: number): void {
  const fd = udpHandleOf(socket)?.fd;
  if (fd === undefined) return;
  const value = Buffer.alloc(4);
  // The low two bits of the field are ECN's.
  value.writeInt32LE(dscp << 2);
  const libc = loadLibc();
  if (family === 6) libc?.setsockopt(fd, IPPROTO_IPV6, IPV6_TCLASS, value, 4);
  // A socket for both families sends IPv4 too, which has a field of its own.
  libc?.setsockopt(fd, IPPROTO_IP, IP_TOS, value, 4);
}
