import { blockBefore, byte0, byte1, byte2, byte3, lane, xorBlock } from './lanes';

// @ts-expect-error: a decorator of AssemblyScript
@inline
function f(key: usize, x: u32): u32 {
  const sum = load<u32>(byte3(key, x), 72) + load<u32>(byte2(key, x), 1096);
  return (sum ^ load<u32>(byte1(key, x), 2120)) + load<u32>(byte0(key, x), 3144);
}

/** Schedule: the 18 words of the P-array, then the four S-boxes. */
export function blowfish(key: usize, lanes: usize, step: isize, count: i32): void {
  let p0 = lane(lanes, 0);
  let p1 = lane(lanes, 1);
  let p2 = lane(lanes, 2);
  let p3 = lane(lanes, 3);
  const k16 = load<u32>(key, 64);
  const k17 = load<u32>(key, 68);
  for (; count; count--) {
    let block = blockBefore(p0);
    let a0 = <u32>(block >>> 32);
    let b0 = <u32>block;
    block = blockBefore(p1);
    let a1 = <u32>(block >>> 32);
    let b1 = <u32>block;
    block = blockBefore(p2);
    let a2 = <u32>(block >>> 32);
    let b2 = <u32>block;
    block = blockBefore(p3);
    let a3 = <u32>(block >>> 32);
    let b3 = <u32>block;
    for (let i = key; i < key + 64; i += 8) {
      let k = load<u32>(i);
      a0 ^= k;
      a1 ^= k;
      a2 ^= k;
      a3 ^= k;
      k = load<u32>(i, 4);
      b0 ^= k ^ f(key, a0);
      b1 ^= k ^ f(key, a1);
      b2 ^= k ^ f(key, a2);
      b3 ^= k ^ f(key, a3);
      a0 ^= f(key, b0);
      a1 ^= f(key, b1);
      a2 ^= f(key, b2);
      a3 ^= f(key, b3);
    }
    xorBlock(p0, b0 ^ k17, a0 ^ k16);
    xorBlock(p1, b1 ^ k17, a1 ^ k16);
    xorBlock(p2, b2 ^ k17, a2 ^ k16);
    xorBlock(p3, b3 ^ k17, a3 ^ k16);
    p0 += step;
    p1 += step;
    p2 += step;
    p3 += step;
  }
}
