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

/** Entry `byte` of the table of products with a power of the hash key, that of H first. */
// @ts-expect-error: a decorator of AssemblyScript
@inline
function product(table: usize, power: usize, byte: usize): v128 {
  return v128.load(table + ((power - 1) << 12) + (<usize>load<u8>(byte) << 4));
}

/** Times x^8: the bytes move up by one, and the last one of `below` comes in. */
// @ts-expect-error: a decorator of AssemblyScript
@inline
function timesX8(x: v128, below: v128): v128 {
  return i8x16.shuffle(below, x, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30);
}

/** Times x^n, n below 8, where `up` is x times x^8. GCM counts bits from the most significant of byte 0. */
// @ts-expect-error: a decorator of AssemblyScript
@inline
function timesX(x: v128, up: v128, n: i32): v128 {
  return v128.or(i8x16.shr_u(x, n), i8x16.shl(up, 8 - n));
}

/**
 * first * H^4 + second * H^3 + third * H^2 + fourth * H, where the last three are blocks 1 to 3 from `from`. Horner's rule
 * goes over the 16 bytes of all four together, so that one shift and one reduction serve four blocks.
 */
function four(table: usize, first: usize, from: usize): v128 {
  const zero = i64x2.splat(0);
  let sum = zero;
  // What was shifted out of the sum: to be taken times x^128.
  let over = zero;
  for (let i: i32 = 15; i >= 0; i--) {
    over = timesX8(over, sum);
    const at = from + i;
    sum = v128.xor(
      timesX8(sum, zero),
      v128.xor(
        v128.xor(product(table, 4, first + i), product(table, 3, at + 16)),
        v128.xor(product(table, 2, at + 32), product(table, 1, at + 48)),
      ),
    );
  }
  // x^128 = 1 + x + x^2 + x^7, and the 15 bytes of `over` leave room for 7 bits more.
  const up = timesX8(over, zero);
  return v128.xor(
    v128.xor(sum, over),
    v128.xor(timesX(over, up, 1), v128.xor(timesX(over, up, 2), timesX(over, up, 7))),
  );
}

const BLOCKS = memory.data(64, 16);

/** See CryptKernel: four blocks at a time. */
export function ghash(to: usize, table: usize, from: usize, length: i32): void {
  let y = i64x2.splat(0);
  let left = length;
  for (; left >= 64; left -= 64) {
    v128.store(BLOCKS, v128.xor(y, v128.load(from)));
    y = four(table, BLOCKS, from);
    from += 64;
  }
  memory.fill(BLOCKS, 0, 64);
  if (left > 48) {
    memory.copy(BLOCKS, from, left);
    v128.store(BLOCKS, v128.xor(y, v128.load(BLOCKS)));
    y = four(table, BLOCKS, BLOCKS);
    memory.fill(BLOCKS, 0, 64);
    left = 0;
  }
  // The rest stands at the end, before the block of lengths: blocks of zeros in front of all do not count.
  const start = BLOCKS + 48 - ((left + 15) & ~15);
  memory.copy(start, from, left);
  // 64 bits of the additional data's length, which is 0, and of the data's, in bits, big-endian.
  store<u32>(BLOCKS, bswap<u32>(length << 3), 60);
  v128.store(start, v128.xor(y, v128.load(start)));
  v128.store(to, four(table, BLOCKS, BLOCKS));
}
