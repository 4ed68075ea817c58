import { xor } from './crypt';

/** x ^ rotl(sum, bits), in two XORs, which needs a register less than to put the rotated word together. */
// @ts-expect-error: a decorator of AssemblyScript
@inline
function mix(x: v128, sum: v128, bits: i32): v128 {
  return v128.xor(v128.xor(x, i32x4.shl(sum, bits)), i32x4.shr_u(sum, 32 - bits));
}

// @ts-expect-error: a decorator of AssemblyScript
@inline
function word(offset: usize): v128 {
  return i32x4.splat(load<i32>(offset));
}

/** The next four blocks, one in each lane, which may be those of different datagrams: a word of each for every lane. */
const NONCE_0 = memory.data(16, 16);
const NONCE_1 = memory.data(16, 16);
const COUNTER = memory.data(16, 16);
const TO = memory.data(16, 16);
/** How many bytes are left of the datagram from `TO` on: 0 in a lane without a block. */
const LEFT = memory.data(16, 16);

/** A block for each lane, where the keystream goes that is more than a datagram has bytes left. */
const SPARE = memory.data(256, 16);

/** Where lane n XORs its block onto. */
// @ts-expect-error: a decorator of AssemblyScript
@inline
function target(n: usize): usize {
  if (load<i32>(LEFT + (n << 2)) >= 64) return load<usize>(TO + (n << 2));
  const spare = SPARE + (n << 6);
  const zero = i64x2.splat(0);
  v128.store(spare, zero);
  v128.store(spare, zero, 16);
  v128.store(spare, zero, 32);
  v128.store(spare, zero, 48);
  return spare;
}

// @ts-expect-error: a decorator of AssemblyScript
@inline
function xorOnto(to: usize, x: v128): void {
  v128.store(to, v128.xor(v128.load(to), x));
}

/** XORs four words of each of the four blocks onto their places; they come transposed, the blocks lying in the lanes. */
// @ts-expect-error: a decorator of AssemblyScript
@inline
function xorRow(to0: usize, to1: usize, to2: usize, to3: usize, a: v128, b: v128, c: v128, d: v128): void {
  const ab01 = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const cd01 = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const ab23 = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const cd23 = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  xorOnto(to0, v128.shuffle<i64>(ab01, cd01, 0, 2));
  xorOnto(to1, v128.shuffle<i64>(ab01, cd01, 1, 3));
  xorOnto(to2, v128.shuffle<i64>(ab23, cd23, 0, 2));
  xorOnto(to3, v128.shuffle<i64>(ab23, cd23, 1, 3));
}

/**
 * See CryptKernel. Salsa20/20 (Bernstein, "Salsa20 specification", sections 7 to 10), four blocks at a time, across the
 * borders of datagrams.
 */
export function salsa20(key: usize, datagrams: usize, count: i32): void {
  const s0 = i32x4.splat(0x61707865);
  const s1 = word(key);
  const s2 = word(key + 4);
  const s3 = word(key + 8);
  const s4 = word(key + 12);
  const s5 = i32x4.splat(0x3320646e);
  const s9 = i32x4.splat(0);
  const s10 = i32x4.splat(0x79622d32);
  const s11 = word(key + 16);
  const s12 = word(key + 20);
  const s13 = word(key + 24);
  const s14 = word(key + 28);
  const s15 = i32x4.splat(0x6b206574);
  const end = datagrams + (count << 3);
  let nonce: usize = 0;
  let to: usize = 0;
  let left: i32 = 0;
  let counter: i32 = 0;
  while (true) {
    let n: usize = 0;
    while (n < 16) {
      if (left > 0) {
        store<u32>(NONCE_0 + n, load<u32>(nonce));
        store<u32>(NONCE_1 + n, load<u32>(nonce, 4));
        store<u32>(COUNTER + n, counter++);
        store<u32>(TO + n, to);
        store<i32>(LEFT + n, left);
        to += 64;
        left -= 64;
        n += 4;
      } else if (datagrams < end) {
        nonce = load<usize>(datagrams);
        to = nonce + 8;
        left = load<i32>(datagrams, 4) - 8;
        counter = 0;
        datagrams += 8;
      } else {
        if (n === 0) return;
        for (; n < 16; n += 4) store<i32>(LEFT + n, 0);
      }
    }
    const s6 = v128.load(NONCE_0);
    const s7 = v128.load(NONCE_1);
    const s8 = v128.load(COUNTER);
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
      x4 = mix(x4, i32x4.add(x0, x12), 7);
      x8 = mix(x8, i32x4.add(x4, x0), 9);
      x12 = mix(x12, i32x4.add(x8, x4), 13);
      x0 = mix(x0, i32x4.add(x12, x8), 18);
      x9 = mix(x9, i32x4.add(x5, x1), 7);
      x13 = mix(x13, i32x4.add(x9, x5), 9);
      x1 = mix(x1, i32x4.add(x13, x9), 13);
      x5 = mix(x5, i32x4.add(x1, x13), 18);
      x14 = mix(x14, i32x4.add(x10, x6), 7);
      x2 = mix(x2, i32x4.add(x14, x10), 9);
      x6 = mix(x6, i32x4.add(x2, x14), 13);
      x10 = mix(x10, i32x4.add(x6, x2), 18);
      x3 = mix(x3, i32x4.add(x15, x11), 7);
      x7 = mix(x7, i32x4.add(x3, x15), 9);
      x11 = mix(x11, i32x4.add(x7, x3), 13);
      x15 = mix(x15, i32x4.add(x11, x7), 18);
      x1 = mix(x1, i32x4.add(x0, x3), 7);
      x2 = mix(x2, i32x4.add(x1, x0), 9);
      x3 = mix(x3, i32x4.add(x2, x1), 13);
      x0 = mix(x0, i32x4.add(x3, x2), 18);
      x6 = mix(x6, i32x4.add(x5, x4), 7);
      x7 = mix(x7, i32x4.add(x6, x5), 9);
      x4 = mix(x4, i32x4.add(x7, x6), 13);
      x5 = mix(x5, i32x4.add(x4, x7), 18);
      x11 = mix(x11, i32x4.add(x10, x9), 7);
      x8 = mix(x8, i32x4.add(x11, x10), 9);
      x9 = mix(x9, i32x4.add(x8, x11), 13);
      x10 = mix(x10, i32x4.add(x9, x8), 18);
      x12 = mix(x12, i32x4.add(x15, x14), 7);
      x13 = mix(x13, i32x4.add(x12, x15), 9);
      x14 = mix(x14, i32x4.add(x13, x12), 13);
      x15 = mix(x15, i32x4.add(x14, x13), 18);
    }
    const to0 = target(0);
    const to1 = target(1);
    const to2 = target(2);
    const to3 = target(3);
    xorRow(to0, to1, to2, to3, i32x4.add(x0, s0), i32x4.add(x1, s1), i32x4.add(x2, s2), i32x4.add(x3, s3));
    xorRow(to0 + 16, to1 + 16, to2 + 16, to3 + 16, i32x4.add(x4, s4), i32x4.add(x5, s5), i32x4.add(x6, s6), i32x4.add(x7, s7));
    xorRow(to0 + 32, to1 + 32, to2 + 32, to3 + 32, i32x4.add(x8, s8), i32x4.add(x9, s9), i32x4.add(x10, s10), i32x4.add(x11, s11));
    xorRow(to0 + 48, to1 + 48, to2 + 48, to3 + 48, i32x4.add(x12, s12), i32x4.add(x13, s13), i32x4.add(x14, s14), i32x4.add(x15, s15));
    for (n = 0; n < 4; n++) {
      const rest = load<i32>(LEFT + (n << 2));
      if (rest < 64) {
        const at = load<usize>(TO + (n << 2));
        xor(at, at, SPARE + (n << 6), rest);
      }
    }
  }
}
