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

/** Counter blocks of GCM (NIST SP 800-38D, section 7.1): nonce, then a big-endian count from 1. */
export function counters(to: usize, nonce: usize, blocks: i32): void {
  const head = v128.load64_zero(nonce);
  const n2 = load<u32>(nonce, 8);
  const first = i32x4.replace_lane(head, 2, n2);
  for (let i: i32 = 1; i <= blocks; i++) {
    v128.store(to, i32x4.replace_lane(first, 3, bswap<u32>(i)));
    to += 16;
  }
}

/** The product of the nibbles of x, bytes 8 * half .. 8 * half + 7 of a block, with the hash key. */
// @ts-expect-error: a decorator of AssemblyScript
@inline
function lookup(table: usize, x: u64, i: i32): v128 {
  const low = i === 0 ? x << 4 : x >>> (8 * i - 4);
  const high = x >>> (8 * i);
  return v128.xor(
    v128.load(table + 512 * i + (<usize>low & 0xf0)),
    v128.load(table + 512 * i + 256 + (<usize>high & 0xf0)),
  );
}

// @ts-expect-error: a decorator of AssemblyScript
@inline
function multiply(table: usize, y: v128): v128 {
  const a = i64x2.extract_lane(y, 0);
  const b = i64x2.extract_lane(y, 1);
  const high = table + 4096;
  const p = v128.xor(
    v128.xor(v128.xor(lookup(table, a, 0), lookup(table, a, 1)), v128.xor(lookup(table, a, 2), lookup(table, a, 3))),
    v128.xor(v128.xor(lookup(table, a, 4), lookup(table, a, 5)), v128.xor(lookup(table, a, 6), lookup(table, a, 7))),
  );
  const q = v128.xor(
    v128.xor(v128.xor(lookup(high, b, 0), lookup(high, b, 1)), v128.xor(lookup(high, b, 2), lookup(high, b, 3))),
    v128.xor(v128.xor(lookup(high, b, 4), lookup(high, b, 5)), v128.xor(lookup(high, b, 6), lookup(high, b, 7))),
  );
  return v128.xor(p, q);
}

const PADDED = memory.data(16, 16);

/** GHASH (NIST SP 800-38D, section 6.4), a nibble at a time: 32 tables of 16 products with the hash key. */
export function ghash(to: usize, table: usize, from: usize, length: i32): void {
  let y = i64x2.splat(0);
  const whole = from + (length & ~15);
  while (from < whole) {
    y = multiply(table, v128.xor(y, v128.load(from)));
    from += 16;
  }
  const rest = length & 15;
  if (rest) {
    v128.store(PADDED, i64x2.splat(0));
    memory.copy(PADDED, from, rest);
    y = multiply(table, v128.xor(y, v128.load(PADDED)));
  }
  // 64 bits of the additional data's length, which is 0, and of the data's, in bits, big-endian.
  y = multiply(table, v128.xor(y, i32x4(0, 0, 0, bswap<u32>(length << 3))));
  v128.store(to, y);
}
