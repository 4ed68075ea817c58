// TEA and XTEA in eight lanes: two vectors of four, so that the instructions of one fill the waits of the other.
import { lane } from './lanes';

// @ts-expect-error: a decorator of AssemblyScript
@inline
function swap(x: v128): v128 {
  return i8x16.shuffle(x, x, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
}

/** The 8 bytes at p, then those at q. */
// @ts-expect-error: a decorator of AssemblyScript
@inline
function pair(p: usize, q: usize): v128 {
  return v128.load64_lane(q, v128.load64_zero(p), 1);
}

/** The first words, or else the second words, of four blocks. */
// @ts-expect-error: a decorator of AssemblyScript
@inline
function first(x: v128, y: v128): v128 {
  return swap(v128.shuffle<i32>(x, y, 0, 2, 4, 6));
}
// @ts-expect-error: a decorator of AssemblyScript
@inline
function second(x: v128, y: v128): v128 {
  return swap(v128.shuffle<i32>(x, y, 1, 3, 5, 7));
}

// @ts-expect-error: a decorator of AssemblyScript
@inline
function xorPair(p: usize, q: usize, x: v128): void {
  x = v128.xor(pair(p, q), swap(x));
  v128.store64_lane(p, x, 0);
  v128.store64_lane(q, x, 1);
}

// @ts-expect-error: a decorator of AssemblyScript
@inline
function xorFour(p0: usize, p1: usize, p2: usize, p3: usize, a: v128, b: v128): void {
  xorPair(p0, p1, v128.shuffle<i32>(a, b, 0, 4, 1, 5));
  xorPair(p2, p3, v128.shuffle<i32>(a, b, 2, 6, 3, 7));
}

// @ts-expect-error: a decorator of AssemblyScript
@inline
function teaRound(x: v128, k0: v128, k1: v128, sum: v128): v128 {
  return v128.xor(
    v128.xor(i32x4.add(i32x4.shl(x, 4), k0), i32x4.add(x, sum)),
    i32x4.add(i32x4.shr_u(x, 5), k1),
  );
}

// @ts-expect-error: a decorator of AssemblyScript
@inline
function xteaRound(x: v128, k: v128): v128 {
  return v128.xor(i32x4.add(v128.xor(i32x4.shl(x, 4), i32x4.shr_u(x, 5)), x), k);
}

// @ts-expect-error: a decorator of AssemblyScript
@inline
function feedback(extended: bool, key: usize, lanes: usize, step: isize, count: i32): void {
  let p0 = lane(lanes, 0);
  let p1 = lane(lanes, 1);
  let p2 = lane(lanes, 2);
  let p3 = lane(lanes, 3);
  let q0 = lane(lanes, 4);
  let q1 = lane(lanes, 5);
  let q2 = lane(lanes, 6);
  let q3 = lane(lanes, 7);
  const k0 = v128.load32_splat(key);
  const k1 = v128.load32_splat(key, 4);
  const k2 = v128.load32_splat(key, 8);
  const k3 = v128.load32_splat(key, 12);
  for (; count; count--) {
    let x = pair(p0 - 8, p1 - 8);
    let y = pair(p2 - 8, p3 - 8);
    let a = first(x, y);
    let b = second(x, y);
    x = pair(q0 - 8, q1 - 8);
    y = pair(q2 - 8, q3 - 8);
    let c = first(x, y);
    let d = second(x, y);
    if (extended) {
      for (let round = key; round < key + 256; round += 8) {
        const even = v128.load32_splat(round);
        a = i32x4.add(a, xteaRound(b, even));
        c = i32x4.add(c, xteaRound(d, even));
        const odd = v128.load32_splat(round, 4);
        b = i32x4.add(b, xteaRound(a, odd));
        d = i32x4.add(d, xteaRound(c, odd));
      }
    } else {
      let sum = i32x4.splat(0);
      for (let cycle = 0; cycle < 8; cycle++) {
        sum = i32x4.add(sum, i32x4.splat(0x9e3779b9));
        a = i32x4.add(a, teaRound(b, k0, k1, sum));
        c = i32x4.add(c, teaRound(d, k0, k1, sum));
        b = i32x4.add(b, teaRound(a, k2, k3, sum));
        d = i32x4.add(d, teaRound(c, k2, k3, sum));
      }
    }
    xorFour(p0, p1, p2, p3, a, b);
    xorFour(q0, q1, q2, q3, c, d);
    p0 += step;
    p1 += step;
    p2 += step;
    p3 += step;
    q0 += step;
    q1 += step;
    q2 += step;
    q3 += step;
  }
}

/** Schedule: the 4 words of the key. */
export function tea(key: usize, lanes: usize, step: isize, count: i32): void {
  feedback(false, key, lanes, step, count);
}

/** Schedule: what each of the 64 rounds adds. */
export function xtea(key: usize, lanes: usize, step: isize, count: i32): void {
  feedback(true, key, lanes, step, count);
}
