import { CRC_TABLES, crc, fillCrcTables } from './crc';

/** dst[i] = a[i] ^ b[i], 16 bytes at a time; `to` may be `a`. */
export function xor(to: usize, a: usize, b: usize, length: i32): void {
  const end = to + length;
  const blocks = to + (length & ~15);
  while (to < blocks) {
    v128.store(to, v128.xor(v128.load(a), v128.load(b)));
    to += 16;
    a += 16;
    b += 16;
  }
  while (to < end) store<u8>(to++, load<u8>(a++) ^ load<u8>(b++));
}

/** The polynomial of IEEE 802.3, bits reversed. */
const TABLES = memory.data(CRC_TABLES, 16);
fillCrcTables(TABLES, 0xedb88320);

/** See CryptKernel. */
export function crc32(offset: usize, length: i32): u32 {
  return crc(TABLES, offset, length);
}
