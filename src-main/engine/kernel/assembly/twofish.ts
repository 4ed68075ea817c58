import { byte0, byte1, byte2, byte3, lane } from './lanes';

// @ts-expect-error: a decorator of AssemblyScript
@inline
function g(key: usize, x: u32): u32 {
  return (
    load<u32>(byte0(key, x), 160) ^
    load<u32>(byte1(key, x), 1184) ^
    load<u32>(byte2(key, x), 2208) ^
    load<u32>(byte3(key, x), 3232)
  );
}

// @ts-expect-error: a decorator of AssemblyScript
@inline
function xorWord(at: usize, x: u32): void {
  store<u32>(at, load<u32>(at) ^ x);
}

/** Schedule: the 40 subkeys, then the four tables of g. */
export function twofish(key: usize, lanes: usize, step: isize, count: i32): void {
  let p = lane(lanes, 0);
  let q = lane(lanes, 1);
  for (; count; count--) {
    let a = load<u32>(p - 16) ^ load<u32>(key);
    let b = load<u32>(p - 12) ^ load<u32>(key, 4);
    let c = load<u32>(p - 8) ^ load<u32>(key, 8);
    let d = load<u32>(p - 4) ^ load<u32>(key, 12);
    let e = load<u32>(q - 16) ^ load<u32>(key);
    let f = load<u32>(q - 12) ^ load<u32>(key, 4);
    let h = load<u32>(q - 8) ^ load<u32>(key, 8);
    let i = load<u32>(q - 4) ^ load<u32>(key, 12);
    for (let k = key + 32; k < key + 160; k += 16) {
      let y = g(key, rotl<u32>(b, 8));
      let x = g(key, a) + y;
      c = rotr<u32>(c ^ (x + load<u32>(k)), 1);
      d = rotl<u32>(d, 1) ^ (x + y + load<u32>(k, 4));
      y = g(key, rotl<u32>(f, 8));
      x = g(key, e) + y;
      h = rotr<u32>(h ^ (x + load<u32>(k)), 1);
      i = rotl<u32>(i, 1) ^ (x + y + load<u32>(k, 4));
      y = g(key, rotl<u32>(d, 8));
      x = g(key, c) + y;
      a = rotr<u32>(a ^ (x + load<u32>(k, 8)), 1);
      b = rotl<u32>(b, 1) ^ (x + y + load<u32>(k, 12));
      y = g(key, rotl<u32>(i, 8));
      x = g(key, h) + y;
      e = rotr<u32>(e ^ (x + load<u32>(k, 8)), 1);
      f = rotl<u32>(f, 1) ^ (x + y + load<u32>(k, 12));
    }
    xorWord(p, c ^ load<u32>(key, 16));
    xorWord(p + 4, d ^ load<u32>(key, 20));
    xorWord(p + 8, a ^ load<u32>(key, 24));
    xorWord(p + 12, b ^ load<u32>(key, 28));
    xorWord(q, h ^ load<u32>(key, 16));
    xorWord(q + 4, i ^ load<u32>(key, 20));
    xorWord(q + 8, e ^ load<u32>(key, 24));
    xorWord(q + 12, f ^ load<u32>(key, 28));
    p += step;
    q += step;
  }
}
