import { blockBefore, byte0, byte1, byte2, byte3, lane, xorBlock } from './lanes';

/** The round function of type 1, 2 or 3 (RFC 2144, section 2.2) with the subkeys at `k`. */
// @ts-expect-error: a decorator of AssemblyScript
@inline
function f(type: i32, key: usize, k: usize, half: u32): u32 {
  const mask = load<u32>(k);
  const x = rotl<u32>(type === 1 ? mask + half : type === 2 ? mask ^ half : mask - half, load<u32>(k, 64));
  const s1 = load<u32>(byte3(key, x), 128);
  const s2 = load<u32>(byte2(key, x), 1152);
  const s3 = load<u32>(byte1(key, x), 2176);
  const s4 = load<u32>(byte0(key, x), 3200);
  if (type === 1) return ((s1 ^ s2) - s3) + s4;
  if (type === 2) return ((s1 - s2) + s3) ^ s4;
  return ((s1 + s2) ^ s3) - s4;
}

/** Schedule: the 16 masking keys, the 16 rotation keys, then S1 to S4. */
export function cast5(key: usize, lanes: usize, step: isize, count: i32): void {
  let p0 = lane(lanes, 0);
  let p1 = lane(lanes, 1);
  let p2 = lane(lanes, 2);
  let p3 = lane(lanes, 3);
  const last = key + 60;
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
    // Five times the three types, which leaves the halves swapped; then type 1 once more.
    for (let k = key; k < last; k += 12) {
      const c0 = a0 ^ f(1, key, k, b0);
      const c1 = a1 ^ f(1, key, k, b1);
      const c2 = a2 ^ f(1, key, k, b2);
      const c3 = a3 ^ f(1, key, k, b3);
      a0 = b0 ^ f(2, key, k + 4, c0);
      a1 = b1 ^ f(2, key, k + 4, c1);
      a2 = b2 ^ f(2, key, k + 4, c2);
      a3 = b3 ^ f(2, key, k + 4, c3);
      b0 = c0 ^ f(3, key, k + 8, a0);
      b1 = c1 ^ f(3, key, k + 8, a1);
      b2 = c2 ^ f(3, key, k + 8, a2);
      b3 = c3 ^ f(3, key, k + 8, a3);
    }
    xorBlock(p0, a0 ^ f(1, key, last, b0), b0);
    xorBlock(p1, a1 ^ f(1, key, last, b1), b1);
    xorBlock(p2, a2 ^ f(1, key, last, b2), b2);
    xorBlock(p3, a3 ^ f(1, key, last, b3), b3);
    p0 += step;
    p1 += step;
    p2 += step;
    p3 += step;
  }
}
