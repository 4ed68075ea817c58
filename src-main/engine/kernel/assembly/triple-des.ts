import { blockBefore, lane, xorBlock } from './lanes';

/** The round function: k is the offset of the round's two words of subkey. */
// @ts-expect-error: a decorator of AssemblyScript
@inline
function f(key: usize, k: usize, half: u32): u32 {
  const x = rotr<u32>(half, 1) ^ load<u32>(k);
  const y = rotl<u32>(half, 3) ^ load<u32>(k, 4);
  return (
    load<u32>(key + ((x >>> 24) & 0xfc), 384) ^
    load<u32>(key + ((x >>> 16) & 0xfc), 896) ^
    load<u32>(key + ((x >>> 8) & 0xfc), 1408) ^
    load<u32>(key + (x & 0xfc), 1920) ^
    load<u32>(key + ((y >>> 24) & 0xfc), 640) ^
    load<u32>(key + ((y >>> 16) & 0xfc), 1152) ^
    load<u32>(key + ((y >>> 8) & 0xfc), 1664) ^
    load<u32>(key + (y & 0xfc), 2176)
  );
}

/** Swaps the bits of b under `mask` with those of a that are `shift` to the left of them; a is the high half. */
// @ts-expect-error: a decorator of AssemblyScript
@inline
function swapBits(block: u64, shift: u32, mask: u32): u64 {
  const a = <u32>(block >>> 32);
  const b = <u32>block;
  const t = ((a >>> shift) ^ b) & mask;
  return (<u64>(a ^ (t << shift)) << 32) | <u64>(b ^ t);
}

// @ts-expect-error: a decorator of AssemblyScript
@inline
function swapHalves(block: u64): u64 {
  return rotl<u64>(block, 32);
}

function initialPermutation(block: u64): u64 {
  block = swapHalves(swapBits(swapBits(block, 4, 0x0f0f0f0f), 16, 0xffff));
  block = swapHalves(swapBits(swapBits(block, 2, 0x33333333), 8, 0xff00ff));
  return swapBits(block, 1, 0x55555555);
}

/** The same swaps backwards. */
function finalPermutation(at: usize, a: u32, b: u32): void {
  let block = swapHalves(swapBits((<u64>a << 32) | <u64>b, 1, 0x55555555));
  block = swapHalves(swapBits(swapBits(block, 8, 0xff00ff), 2, 0x33333333));
  block = swapBits(swapBits(block, 16, 0xffff), 4, 0x0f0f0f0f);
  xorBlock(at, <u32>(block >>> 32), <u32>block);
}

/** Schedule: the two words of subkey of each of the 48 rounds, then the eight SP tables of 64. */
export function tripleDes(key: usize, lanes: usize, step: isize, count: i32): void {
  let p = lane(lanes, 0);
  let q = lane(lanes, 1);
  for (; count; count--) {
    let block = initialPermutation(blockBefore(p));
    let a = <u32>(block >>> 32);
    let b = <u32>block;
    block = initialPermutation(blockBefore(q));
    let c = <u32>(block >>> 32);
    let d = <u32>block;
    // The two final and initial permutations between the three DES cancel out; the swap of the halves is left.
    for (let k = key; k < key + 384; ) {
      for (const end = k + 128; k < end; k += 16) {
        a ^= f(key, k, b);
        c ^= f(key, k, d);
        b ^= f(key, k + 8, a);
        d ^= f(key, k + 8, c);
      }
      let t = a;
      a = b;
      b = t;
      t = c;
      c = d;
      d = t;
    }
    finalPermutation(p, a, b);
    finalPermutation(q, c, d);
    p += step;
    q += step;
  }
}
