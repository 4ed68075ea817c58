import { bigEndianWords, once, rotl32, swap32 } from '../../kernel/words.ts';
import type { BlockCipher } from '../block-cipher.ts';

/** FK of GB/T 32907-2016, section 7.3. */
const FK = [0xa3b1bac6, 0x56aa3350, 0x677d9197, 0xb27022dc];

/** a times b in GF(2^8) modulo x^8 + x^7 + x^6 + x^5 + x^4 + x^2 + 1, the field of the S-box. */
function multiply(a: number, b: number): number {
  let product = 0;
  for (; b > 0; b >>= 1) {
    if (b & 1) product ^= a;
    a = (a << 1) ^ (a & 0x80 ? 0x1f5 : 0);
  }
  return product;
}

/** The S-box (section 6.2): affine map, inverse, the same affine map (Liu et al., ACISP 2007). */
const makeSbox = once((): Uint8Array => {
  const affine = (x: number): number => {
    let y = 0;
    for (let row = 0; row < 8; row++) {
      const mask = ((0xa7 << row) | (0xa7 >> (8 - row))) & 255;
      let parity = x & mask;
      parity ^= parity >> 4;
      parity ^= parity >> 2;
      parity ^= parity >> 1;
      y |= (parity & 1) << row;
    }
    return y ^ 0xd3;
  };
  const inverse = new Uint8Array(256);
  for (let a = 1; a < 256; a++) {
    for (let b = a; b < 256; b++) {
      if (multiply(a, b) === 1) {
        inverse[a] = b;
        inverse[b] = a;
      }
    }
  }
  return Uint8Array.from({ length: 256 }, (_, x) => affine(inverse[affine(x)]));
});

/** The S-box followed by the linear map L (section 6.2), four tables of 256, one for each byte of a big-endian word. */
const makeTables = once(() => {
  const sbox = makeSbox();
  return Int32Array.from({ length: 1024 }, (_, i) => {
    const b = sbox[i & 255];
    const l = b ^ rotl32(b, 2) ^ rotl32(b, 10) ^ rotl32(b, 18) ^ rotl32(b, 24);
    return rotl32(l, 8 * (i >> 8));
  });
});

function roundKeys(key: Uint8Array): Int32Array {
  const sbox = makeSbox();
  const k = bigEndianWords(key).map((word, i) => word ^ FK[i]);
  const rk = new Int32Array(32);
  for (let i = 0; i < 32; i++) {
    // CK (section 7.3): byte j of word i is 7 * (4 * i + j).
    const ck = [0, 1, 2, 3].reduce((word, j) => (word << 8) | ((7 * (4 * i + j)) & 255), 0);
    const x = k[(i + 1) & 3] ^ k[(i + 2) & 3] ^ k[(i + 3) & 3] ^ ck;
    const b =
      (sbox[x >>> 24] << 24) | (sbox[(x >>> 16) & 255] << 16) | (sbox[(x >>> 8) & 255] << 8) | sbox[x & 255];
    rk[i] = k[i & 3] ^= b ^ rotl32(b, 13) ^ rotl32(b, 23);
  }
  return rk;
}

/** SM4 (GB/T 32907-2016), 16-byte key. */
export function sm4(key: Uint8Array): BlockCipher {
  const rk = roundKeys(key);
  const t = makeTables();
  const encrypt = (block: Int32Array): void => {
    let a = swap32(block[0]);
    let b = swap32(block[1]);
    let c = swap32(block[2]);
    let d = swap32(block[3]);
    for (let i = 0; i < 32; i += 4) {
      let x = b ^ c ^ d ^ rk[i];
      a ^= t[x & 255] ^ t[256 + ((x >>> 8) & 255)] ^ t[512 + ((x >>> 16) & 255)] ^ t[768 + (x >>> 24)];
      x = c ^ d ^ a ^ rk[i + 1];
      b ^= t[x & 255] ^ t[256 + ((x >>> 8) & 255)] ^ t[512 + ((x >>> 16) & 255)] ^ t[768 + (x >>> 24)];
      x = d ^ a ^ b ^ rk[i + 2];
      c ^= t[x & 255] ^ t[256 + ((x >>> 8) & 255)] ^ t[512 + ((x >>> 16) & 255)] ^ t[768 + (x >>> 24)];
      x = a ^ b ^ c ^ rk[i + 3];
      d ^= t[x & 255] ^ t[256 + ((x >>> 8) & 255)] ^ t[512 + ((x >>> 16) & 255)] ^ t[768 + (x >>> 24)];
    }
    block[0] = swap32(d);
    block[1] = swap32(c);
    block[2] = swap32(b);
    block[3] = swap32(a);
  };
  return { encrypt, schedule: Int32Array.of(...rk, ...t) };
}
