import type { KernelMemory } from './plain.ts';

/** tables[k * 256 + b] is the CRC of byte b followed by k zero bytes, for k below 8. */
function crcTables(reversedPolynomial: number): Uint32Array {
  const tables = new Uint32Array(8 * 256);
  for (let b = 0; b < 256; b++) {
    let crc = b;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ reversedPolynomial : crc >>> 1;
    tables[b] = crc;
  }
  for (let i = 256; i < tables.length; i++) {
    tables[i] = (tables[i - 256] >>> 8) ^ tables[tables[i - 256] & 255];
  }
  return tables;
}

/** A 32-bit CRC over kernel memory, as an unsigned number: slicing by 8 (Kounavis and Berry, 2005). */
export function plainCrc({ bytes, view }: KernelMemory, reversedPolynomial: number) {
  const t = crcTables(reversedPolynomial);
  return (offset: number, length: number): number => {
    const end = offset + length;
    let crc = -1;
    for (; offset + 8 <= end; offset += 8) {
      const a = view.getUint32(offset, true) ^ crc;
      const b = view.getUint32(offset + 4, true);
      crc =
        t[1792 + (a & 255)] ^
        t[1536 + ((a >>> 8) & 255)] ^
        t[1280 + ((a >>> 16) & 255)] ^
        t[1024 + (a >>> 24)] ^
        t[768 + (b & 255)] ^
        t[512 + ((b >>> 8) & 255)] ^
        t[256 + ((b >>> 16) & 255)] ^
        t[b >>> 24];
    }
    for (; offset < end; offset++) crc = (crc >>> 8) ^ t[(crc ^ bytes[offset]) & 255];
    return ~crc >>> 0;
  };
}
