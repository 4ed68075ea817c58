/*
 * sockaddr_in:  family u16 | port u16 (big-endian) | address 4 | zero 8
 * sockaddr_in6: family u16 | port u16 (big-endian) | flow u32 | address 16 | scope u32
 */
const AF_INET = 2;
const AF_INET6 = 10;
const IN_BYTES = 16;
/** sockaddr_in6 is the longest on a UDP socket. */
export const SOCKADDR_MAX = 28;

/** The length of the sockaddr at `at`, by its family. */
export const sockaddrBytes = (bytes: Uint8Array, at: number): number =>
  bytes[at] === AF_INET ? IN_BYTES : SOCKADDR_MAX;

/** @param address a literal; an IPv6 one may end in %zone, whose number is then lost */
export function encodeSockaddr(address: string, port: number): Uint8Array {
  const v6 = address.includes(':');
  const bytes = new Uint8Array(v6 ? SOCKADDR_MAX : IN_BYTES);
  bytes[0] = v6 ? AF_INET6 : AF_INET;
  bytes[2] = port >> 8;
  bytes[3] = port;
  bytes.set(v6 ? ipv6Bytes(address) : address.split('.').map(Number), v6 ? 8 : 4);
  return bytes;
}

export function decodeSockaddr(bytes: Uint8Array): { address: string; port: number } {
  const port = (bytes[2] << 8) | bytes[3];
  if (bytes[0] === AF_INET) return { address: bytes.subarray(4, 8).join('.'), port };
  const ip = bytes.subarray(8, 24);
  if (ip.subarray(0, 10).every((byte) => byte === 0) && ip[10] === 0xff && ip[11] === 0xff) {
    return { address: `::ffff:${ip.subarray(12).join('.')}`, port };
  }
  const groups = Array.from({ length: 8 }, (_, i) => ((ip[2 * i] << 8) | ip[2 * i + 1]).toString(16));
  // The URL parser knows the canonical text form (RFC 5952).
  const { hostname } = new URL(`http://[${groups.join(':')}]`);
  return { address: hostname.slice(1, -1), port };
}

function ipv6Bytes(text: string): number[] {
  const [address] = text.split('%');
  const quad = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const [, prefix, a, b, c, d] = quad ?? ['', address, 0, 0, 0, 0];
  const hex = (n: number): string => n.toString(16);
  const plain = quad
    ? `${prefix}${hex(Number(a) * 256 + Number(b))}:${hex(Number(c) * 256 + Number(d))}`
    : address;
  const [left, right] = plain.split('::').map((half) => (half === '' ? [] : half.split(':')));
  const zeros = right ? new Array<string>(8 - left.length - right.length).fill('0') : [];
  return [...left, ...zeros, ...(right ?? [])].flatMap((group) => {
    const word = parseInt(group, 16);
    return [word >> 8, word & 255];
  });
}
