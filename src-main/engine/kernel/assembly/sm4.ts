import { byte0, byte1, byte2, byte3, lane, xorBlock } from './lanes';

// @ts-expect-error: a decorator of AssemblyScript
@inline
function wordBefore(at: usize, fromEnd: usize): u32 {
  return bswap<u32>(load<u32>(at - 4 * fromEnd));
}

// @ts-expect-error: a decorator of AssemblyScript
@inline
function t(key: usize, x: u32): u32 {
  return (
    load<u32>(byte0(key, x), 128) ^
    load<u32>(byte1(key, x), 1152) ^
    load<u32>(byte2(key, x), 2176) ^
    load<u32>(byte3(key, x), 3200)
  );
}

/** Schedule: the 32 round keys, then four tables of T, that of the lowest byte first. */
export function sm4(key: usize, lanes: usize, step: isize, count: i32): void {
  let p0 = lane(lanes, 0);
  let p1 = lane(lanes, 1);
  let p2 = lane(lanes, 2);
  for (; count; count--) {
    let a0 = wordBefore(p0, 4);
    let b0 = wordBefore(p0, 3);
    let c0 = wordBefore(p0, 2);
    let d0 = wordBefore(p0, 1);
    let a1 = wordBefore(p1, 4);
    let b1 = wordBefore(p1, 3);
    let c1 = wordBefore(p1, 2);
    let d1 = wordBefore(p1, 1);
    let a2 = wordBefore(p2, 4);
    let b2 = wordBefore(p2, 3);
    let c2 = wordBefore(p2, 2);
    let d2 = wordBefore(p2, 1);
    for (let i = key; i < key + 128; i += 16) {
      let k = load<u32>(i);
      a0 ^= t(key, b0 ^ c0 ^ d0 ^ k);
      a1 ^= t(key, b1 ^ c1 ^ d1 ^ k);
      a2 ^= t(key, b2 ^ c2 ^ d2 ^ k);
      k = load<u32>(i, 4);
      b0 ^= t(key, c0 ^ d0 ^ a0 ^ k);
      b1 ^= t(key, c1 ^ d1 ^ a1 ^ k);
      b2 ^= t(key, c2 ^ d2 ^ a2 ^ k);
      k = load<u32>(i, 8);
      c0 ^= t(key, d0 ^ a0 ^ b0 ^ k);
      c1 ^= t(key, d1 ^ a1 ^ b1 ^ k);
      c2 ^= t(key, d2 ^ a2 ^ b2 ^ k);
      k = load<u32>(i, 12);
      d0 ^= t(key, a0 ^ b0 ^ c0 ^ k);
      d1 ^= t(key, a1 ^ b1 ^ c1 ^ k);
      d2 ^= t(key, a2 ^ b2 ^ c2 ^ k);
    }
    xorBlock(p0, d0, c0);
    xorBlock(p0 + 8, b0, a0);
    xorBlock(p1, d1, c1);
    xorBlock(p1 + 8, b1, a1);
    xorBlock(p2, d2, c2);
    xorBlock(p2 + 8, b2, a2);
    p0 += step;
    p1 += step;
    p2 += step;
  }
}
