/** Bytes of the tables of one polynomial: 16 of 256 words; tables[k * 256 + b] is the CRC of byte b and k zero bytes. */
export const CRC_TABLES: i32 = 16 * 256 * 4;

export function fillCrcTables(tables: usize, reversedPolynomial: u32): void {
  for (let b: u32 = 0; b < 256; b++) {
    let crc = b;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ reversedPolynomial : crc >>> 1;
    store<u32>(tables + (b << 2), crc);
  }
  for (let i: u32 = 256; i < 4096; i++) {
    const crc = load<u32>(tables + ((i - 256) << 2));
    store<u32>(tables + (i << 2), (crc >>> 8) ^ load<u32>(tables + ((crc & 255) << 2)));
  }
}

// @ts-expect-error: a decorator of AssemblyScript
@inline
function four(tables: usize, x: u32): u32 {
  return (
    load<u32>(tables + ((x & 255) << 2), 3072) ^
    load<u32>(tables + (((x >>> 8) & 255) << 2), 2048) ^
    load<u32>(tables + (((x >>> 16) & 255) << 2), 1024) ^
    load<u32>(tables + ((x >>> 24) << 2))
  );
}

/** Slicing by 16 (Kounavis and Berry, 2005). */
// @ts-expect-error: a decorator of AssemblyScript
@inline
export function crc(tables: usize, offset: usize, length: i32): u32 {
  let crc: u32 = 0xffffffff;
  const end = offset + length;
  const slices = offset + (length & ~15);
  while (offset < slices) {
    crc =
      four(tables + 12288, load<u32>(offset) ^ crc) ^
      four(tables + 8192, load<u32>(offset, 4)) ^
      four(tables + 4096, load<u32>(offset, 8)) ^
      four(tables, load<u32>(offset, 12));
    offset += 16;
  }
  while (offset < end) crc = (crc >>> 8) ^ load<u32>(tables + (((crc ^ load<u8>(offset++)) & 255) << 2));
  return ~crc;
}
