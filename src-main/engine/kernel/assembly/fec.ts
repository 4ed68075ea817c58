/**
 * For each coefficient c 32 bytes: c x 0 .. c x 15, then c x 0x00, c x 0x10 .. c x 0xf0. Multiplication distributes
 * over the two nibbles of a byte, so a product is two look-ups, 16 bytes at once (Plank, Greenan and Miller,
 * "Screaming fast Galois field arithmetic using Intel SIMD instructions", 2013).
 */
const NIBBLES = memory.data(256 * 32, 16);

function multiply(a: u32, b: u32): u32 {
  let sum: u32 = 0;
  for (; b; b >>>= 1) {
    if (b & 1) sum ^= a;
    a = a & 0x80 ? (a << 1) ^ 0x11d : a << 1;
  }
  return sum;
}

for (let c: u32 = 0; c < 256; c++) {
  for (let nibble: u32 = 0; nibble < 16; nibble++) {
    store<u8>(NIBBLES + (c << 5) + nibble, multiply(c, nibble));
    store<u8>(NIBBLES + (c << 5) + 16 + nibble, multiply(c, nibble << 4));
  }
}

/** 16 bytes of 00, then 16 of ff: from EDGE + n, a mask that keeps the last n bytes of a block. */
const EDGE = memory.data(32, 16);
memory.fill(EDGE + 16, 0xff, 16);

// @ts-expect-error: a decorator of AssemblyScript
@inline
function add(to: usize, low: v128, high: v128, lowProducts: v128, highProducts: v128): void {
  const product = v128.xor(i8x16.swizzle(lowProducts, low), i8x16.swizzle(highProducts, high));
  v128.store(to, v128.xor(v128.load(to), product));
}

/** One pass over the input for 1 to 4 rows; `rows` is a literal, so each call compiles to its own loop. */
// @ts-expect-error: a decorator of AssemblyScript
@inline
function pass(rows: i32, to: usize, stride: usize, coefficients: usize, from: usize, length: usize): void {
  const n0 = NIBBLES + (<usize>load<u8>(coefficients) << 5);
  const n1 = NIBBLES + (rows > 1 ? <usize>load<u8>(coefficients, 1) << 5 : 0);
  const n2 = NIBBLES + (rows > 2 ? <usize>load<u8>(coefficients, 2) << 5 : 0);
  const n3 = NIBBLES + (rows > 3 ? <usize>load<u8>(coefficients, 3) << 5 : 0);
  const low0 = v128.load(n0);
  const low1 = v128.load(n1);
  const low2 = v128.load(n2);
  const low3 = v128.load(n3);
  const high0 = v128.load(n0, 16);
  const high1 = v128.load(n1, 16);
  const high2 = v128.load(n2, 16);
  const high3 = v128.load(n3, 16);
  const nibble = i8x16.splat(15);
  let keep = i8x16.splat(-1);
  let left = length;
  while (left) {
    // The odd bytes at the end are the last of a block that begins early: its other bytes are masked, so that they add
    // nothing and nothing past the input is read.
    if (left < 16) {
      keep = v128.load(EDGE + left);
      from -= 16 - left;
      to -= 16 - left;
      left = 16;
    }
    const x = v128.and(v128.load(from), keep);
    const low = v128.and(x, nibble);
    const high = i8x16.shr_u(x, 4);
    add(to, low, high, low0, high0);
    if (rows > 1) add(to + stride, low, high, low1, high1);
    if (rows > 2) add(to + 2 * stride, low, high, low2, high2);
    if (rows > 3) add(to + 3 * stride, low, high, low3, high3);
    from += 16;
    to += 16;
    left -= 16;
  }
}

/** See FecKernel. */
export function gfMulAdd(
  to: usize,
  stride: usize,
  rows: i32,
  coefficients: usize,
  from: usize,
  length: usize,
): void {
  for (; rows >= 4; rows -= 4) {
    pass(4, to, stride, coefficients, from, length);
    to += 4 * stride;
    coefficients += 4;
  }
  if (rows === 3) pass(3, to, stride, coefficients, from, length);
  else if (rows === 2) pass(2, to, stride, coefficients, from, length);
  else if (rows === 1) pass(1, to, stride, coefficients, from, length);
}
