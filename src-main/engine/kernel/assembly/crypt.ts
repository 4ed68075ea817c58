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

// @ts-expect-error: a decorator of AssemblyScript
@inline
function rotl(x: v128, bits: i32): v128 {
  return v128.or(i32x4.shl(x, bits), i32x4.shr_u(x, 32 - bits));
}

// @ts-expect-error: a decorator of AssemblyScript
@inline
function word(offset: usize): v128 {
  return i32x4.splat(load<i32>(offset));
}

const KEYSTREAM = memory.data(256, 16);

/**
 * Writes words 4 * row .. 4 * row + 3 of four blocks (block n in lane n), transposed, to block n at `to + 64 * n`, XORed
 * onto what is there.
 */
// @ts-expect-error: a decorator of AssemblyScript
@inline
function storeRow(to: usize, a: v128, b: v128, c: v128, d: v128): void {
  const ab01 = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const cd01 = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const ab23 = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const cd23 = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.xor(v128.load(to), v128.shuffle<i64>(ab01, cd01, 0, 2)));
  v128.store(to, v128.xor(v128.load(to, 64), v128.shuffle<i64>(ab01, cd01, 1, 3)), 64);
  v128.store(to, v128.xor(v128.load(to, 128), v128.shuffle<i64>(ab23, cd23, 0, 2)), 128);
  v128.store(to, v128.xor(v128.load(to, 192), v128.shuffle<i64>(ab23, cd23, 1, 3)), 192);
}

/** Salsa20/20 (Bernstein, "Salsa20 specification", sections 7 to 10), four blocks at a time, one in each lane. */
export function salsa20(offset: usize, length: i32, key: usize, nonce: usize): void {
  const s0 = i32x4.splat(0x61707865);
  const s1 = word(key);
  const s2 = word(key + 4);
  const s3 = word(key + 8);
  const s4 = word(key + 12);
  const s5 = i32x4.splat(0x3320646e);
  const s6 = word(nonce);
  const s7 = word(nonce + 4);
  let s8 = i32x4(0, 1, 2, 3);
  const s9 = i32x4.splat(0);
  const s10 = i32x4.splat(0x79622d32);
  const s11 = word(key + 16);
  const s12 = word(key + 20);
  const s13 = word(key + 24);
  const s14 = word(key + 28);
  const s15 = i32x4.splat(0x6b206574);
  while (length > 0) {
    let x0 = s0;
    let x1 = s1;
    let x2 = s2;
    let x3 = s3;
    let x4 = s4;
    let x5 = s5;
    let x6 = s6;
    let x7 = s7;
    let x8 = s8;
    let x9 = s9;
    let x10 = s10;
    let x11 = s11;
    let x12 = s12;
    let x13 = s13;
    let x14 = s14;
    let x15 = s15;
    for (let round = 0; round < 10; round++) {
      x4 = v128.xor(x4, rotl(i32x4.add(x0, x12), 7));
      x8 = v128.xor(x8, rotl(i32x4.add(x4, x0), 9));
      x12 = v128.xor(x12, rotl(i32x4.add(x8, x4), 13));
      x0 = v128.xor(x0, rotl(i32x4.add(x12, x8), 18));
      x9 = v128.xor(x9, rotl(i32x4.add(x5, x1), 7));
      x13 = v128.xor(x13, rotl(i32x4.add(x9, x5), 9));
      x1 = v128.xor(x1, rotl(i32x4.add(x13, x9), 13));
      x5 = v128.xor(x5, rotl(i32x4.add(x1, x13), 18));
      x14 = v128.xor(x14, rotl(i32x4.add(x10, x6), 7));
      x2 = v128.xor(x2, rotl(i32x4.add(x14, x10), 9));
      x6 = v128.xor(x6, rotl(i32x4.add(x2, x14), 13));
      x10 = v128.xor(x10, rotl(i32x4.add(x6, x2), 18));
      x3 = v128.xor(x3, rotl(i32x4.add(x15, x11), 7));
      x7 = v128.xor(x7, rotl(i32x4.add(x3, x15), 9));
      x11 = v128.xor(x11, rotl(i32x4.add(x7, x3), 13));
      x15 = v128.xor(x15, rotl(i32x4.add(x11, x7), 18));
      x1 = v128.xor(x1, rotl(i32x4.add(x0, x3), 7));
      x2 = v128.xor(x2, rotl(i32x4.add(x1, x0), 9));
      x3 = v128.xor(x3, rotl(i32x4.add(x2, x1), 13));
      x0 = v128.xor(x0, rotl(i32x4.add(x3, x2), 18));
      x6 = v128.xor(x6, rotl(i32x4.add(x5, x4), 7));
      x7 = v128.xor(x7, rotl(i32x4.add(x6, x5), 9));
      x4 = v128.xor(x4, rotl(i32x4.add(x7, x6), 13));
      x5 = v128.xor(x5, rotl(i32x4.add(x4, x7), 18));
      x11 = v128.xor(x11, rotl(i32x4.add(x10, x9), 7));
      x8 = v128.xor(x8, rotl(i32x4.add(x11, x10), 9));
      x9 = v128.xor(x9, rotl(i32x4.add(x8, x11), 13));
      x10 = v128.xor(x10, rotl(i32x4.add(x9, x8), 18));
      x12 = v128.xor(x12, rotl(i32x4.add(x15, x14), 7));
      x13 = v128.xor(x13, rotl(i32x4.add(x12, x15), 9));
      x14 = v128.xor(x14, rotl(i32x4.add(x13, x12), 13));
      x15 = v128.xor(x15, rotl(i32x4.add(x14, x13), 18));
    }
    const whole = length >= 256;
    if (!whole) memory.fill(KEYSTREAM, 0, 256);
    const to = whole ? offset : KEYSTREAM;
    storeRow(to, i32x4.add(x0, s0), i32x4.add(x1, s1), i32x4.add(x2, s2), i32x4.add(x3, s3));
    storeRow(to + 16, i32x4.add(x4, s4), i32x4.add(x5, s5), i32x4.add(x6, s6), i32x4.add(x7, s7));
    storeRow(to + 32, i32x4.add(x8, s8), i32x4.add(x9, s9), i32x4.add(x10, s10), i32x4.add(x11, s11));
    storeRow(to + 48, i32x4.add(x12, s12), i32x4.add(x13, s13), i32x4.add(x14, s14), i32x4.add(x15, s15));
    if (!whole) {
      xor(offset, offset, KEYSTREAM, length);
      return;
    }
    s8 = i32x4.add(s8, i32x4.splat(4));
    offset += 256;
    length -= 256;
  }
}
