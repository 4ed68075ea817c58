import { once, swap32 } from '../../kernel/words.ts';
import type { BlockCipher } from '../block-cipher.ts';

// All tables are FIPS 46-3's, which counts bits from 1 at the most significant.

const PC1 = [
  ...[
    57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60, 52, 44,
    36,
  ],
  ...[
    63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20, 12,
    4,
  ],
];
const PC2 = [
  ...[14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2],
  ...[41, 52, 31, 37, 47, 55, 30, 40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32],
];
const KEY_SHIFTS = [1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1];
const P = [
  ...[16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10],
  ...[2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22, 11, 4, 25],
];
/** S1 to S8, each four rows of 16 hexadecimal digits. */
const SBOXES = [
  'e4d12fb83a6c59070f74e2d1a6cb953841e8d62bfc973a50fc8249175b3ea06d',
  'f18e6b34972dc05a3d47f28ec01a69b50e7ba4d158c6932fd8a13f42b67c05e9',
  'a09e63f51dc7b428d709346a285ecbf1d6498f30b12c5ae71ad069874fe3b52c',
  '7de3069a1285bc4fd8b56f03472c1ae9a690cb7df13e52843f06a1d8945bc72e',
  '2c417ab6853fd0e9eb2c47d150fa3986421bad78f9c5630eb8c71e2d6f09a453',
  'c1af92680d34e75baf427c9561de0b389ef528c3704a1db6432c95fabe17608d',
  '4b2ef08d3c975a61d0b7491ae35c2f8614bdc37eaf6805926bd814a7950fe23c',
  'd2846fb1a93e50c71fd8a374c56b0e927b419ce206adf35821e74a8dfc90356b',
];

/** S-box and permutation P in one look-up: eight tables of 64, indexed by a 6-bit group of the expanded half. */
const makeSp = once(() =>
  Int32Array.from({ length: 512 }, (_, i) => {
    const box = i >> 6;
    const row = ((i >> 4) & 2) | (i & 1);
    const s = parseInt(SBOXES[box][16 * row + ((i >> 1) & 15)], 16) << (28 - 4 * box);
    return P.reduce((word, bit) => (word << 1) | ((s >>> (32 - bit)) & 1), 0);
  }),
);

/**
 * The subkeys of the 16 rounds, two words each: 6-bit groups 1, 3, 5, 7 and groups 2, 4, 6, 8, each group in the low bits
 * of a byte shifted left by 2, as the expansion leaves them in a half rotated right by 1 and left by 3.
 */
function schedule(key: Uint8Array): number[][] {
  const bits = PC1.map((bit) => (key[(bit - 1) >> 3] >> (7 - ((bit - 1) & 7))) & 1);
  let c = bits.slice(0, 28);
  let d = bits.slice(28);
  return KEY_SHIFTS.map((shift) => {
    c = [...c.slice(shift), ...c.slice(0, shift)];
    d = [...d.slice(shift), ...d.slice(0, shift)];
    const cd = [...c, ...d];
    const words = [0, 0];
    PC2.forEach((bit, i) => {
      const group = Math.floor(i / 6);
      words[group & 1] |= cd[bit - 1] << (31 - 8 * (group >> 1) - (i % 6));
    });
    return words;
  });
}

/** Triple DES, encrypt-decrypt-encrypt with three keys (FIPS 46-3, NIST SP 800-67), 24-byte key, parity bits ignored. */
export function tripleDes(key: Uint8Array): BlockCipher {
  const [k1, k2, k3] = [0, 8, 16].map((from) => schedule(key.subarray(from, from + 8)));
  const k = Int32Array.from([...k1, ...k2.reverse(), ...k3].flat());
  const sp = makeSp();
  const encrypt = (block: Int32Array): void => {
    let a = swap32(block[0]);
    let b = swap32(block[1]);
    // The initial permutation, by swapping bit groups between the halves.
    let t = ((a >>> 4) ^ b) & 0x0f0f0f0f;
    b ^= t;
    a ^= t << 4;
    t = ((a >>> 16) ^ b) & 0xffff;
    b ^= t;
    a ^= t << 16;
    t = ((b >>> 2) ^ a) & 0x33333333;
    a ^= t;
    b ^= t << 2;
    t = ((b >>> 8) ^ a) & 0xff00ff;
    a ^= t;
    b ^= t << 8;
    t = ((a >>> 1) ^ b) & 0x55555555;
    b ^= t;
    a ^= t << 1;
    // Between two DES the final and the initial permutation cancel out, and only the swap of the halves is left.
    for (let i = 0; i < 96;) {
      for (const end = i + 32; i < end; i += 4) {
        let x = ((b >>> 1) | (b << 31)) ^ k[i];
        let y = ((b << 3) | (b >>> 29)) ^ k[i + 1];
        a ^=
          sp[x >>> 26] ^
          sp[128 + ((x >>> 18) & 63)] ^
          sp[256 + ((x >>> 10) & 63)] ^
          sp[384 + ((x >>> 2) & 63)] ^
          sp[64 + (y >>> 26)] ^
          sp[192 + ((y >>> 18) & 63)] ^
          sp[320 + ((y >>> 10) & 63)] ^
          sp[448 + ((y >>> 2) & 63)];
        x = ((a >>> 1) | (a << 31)) ^ k[i + 2];
        y = ((a << 3) | (a >>> 29)) ^ k[i + 3];
        b ^=
          sp[x >>> 26] ^
          sp[128 + ((x >>> 18) & 63)] ^
          sp[256 + ((x >>> 10) & 63)] ^
          sp[384 + ((x >>> 2) & 63)] ^
          sp[64 + (y >>> 26)] ^
          sp[192 + ((y >>> 18) & 63)] ^
          sp[320 + ((y >>> 10) & 63)] ^
          sp[448 + ((y >>> 2) & 63)];
      }
      t = a;
      a = b;
      b = t;
    }
    // The final permutation: the same swaps backwards.
    t = ((a >>> 1) ^ b) & 0x55555555;
    b ^= t;
    a ^= t << 1;
    t = ((b >>> 8) ^ a) & 0xff00ff;
    a ^= t;
    b ^= t << 8;
    t = ((b >>> 2) ^ a) & 0x33333333;
    a ^= t;
    b ^= t << 2;
    t = ((a >>> 16) ^ b) & 0xffff;
    b ^= t;
    a ^= t << 16;
    t = ((a >>> 4) ^ b) & 0x0f0f0f0f;
    b ^= t;
    a ^= t << 4;
    block[0] = swap32(a);
    block[1] = swap32(b);
  };
  return { encrypt, schedule: Int32Array.of(...k, ...sp) };
}
