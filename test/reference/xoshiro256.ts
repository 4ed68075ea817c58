const u64 = (x: bigint): bigint => BigInt.asUintN(64, x);
const rotl = (x: bigint, bits: bigint): bigint => u64((x << bits) | (x >> (64n - bits)));

/** xoshiro256** as its authors write it, in 64-bit integers. @returns a function that draws the next number */
export function xoshiro256SlowTwin(seed: Buffer): () => bigint {
  const s = [0, 8, 16, 24].map((at) => seed.readBigUInt64LE(at));
  return () => {
    const result = u64(rotl(u64(s[1] * 5n), 7n) * 9n);
    const t = u64(s[1] << 17n);
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 45n);
    return result;
  };
}
