import type { Socket } from 'node:dgram';
import { udpHandleOf } from '../runtime/node-internals.ts';
import { loadLibc } from '../runtime/libc.ts';

/** ip(7), ipv6(7) */
const IPPROTO_IP = 0;
const IP_MTU_DISCOVER = 10;
const IPPROTO_IPV6 = 41;
const IPV6_MTU_DISCOVER = 23;
/** Sets the bit and does not heed what the system believes of the path. */
const PMTUDISC_PROBE = 3;

/** Whether datagrams can be kept whole on this platform: on Linux, through its C library. */
export const dontFragmentSupported = (): boolean => loadLibc() !== undefined;

/** Has the socket's datagrams dropped where they are too large for the line; does nothing where that is not supported. */
export function setDontFragment(socket: Socket, family: 4 | 6): void {
  const fd = udpHandleOf(socket)?.fd;
  if (fd === undefined) return;
  const value = Buffer.alloc(4);
  value.writeInt32LE(PMTUDISC_PROBE);
  const libc = loadLibc();
  if (family === 6) libc?.setsockopt(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, value, 4);
  else libc?.setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, value, 4);
}
