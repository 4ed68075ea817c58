import { bigEndianWords, rotl32, swap32 } from '../../kernel/words.ts';
import type { BlockCipher } from '../block-cipher.ts';

/** x times a in GF(2^8) modulo x^8 + x^4 + x^3 + x + 1 (FIPS 197, section 4.2). */
const double = (a: number): number => ((a << 1) ^ (a & 0x80 ? 0x11b : 0)) & 255;

/** SubBytes (FIPS 197, section 5.1.1): the inverse in GF(2^8), then an affine map. */
const SBOX = sbox();

function sbox(): Uint8Array {
  const table = new Uint8Array(256);
  // p runs through all non-zero elements as powers of 3, q through their inverses as powers of 1 / 3 = 0xf6.
  let p = 1;
  let q = 1;
  do {
    p ^= double(p);
    q ^= q << 1;
    q ^= q << 2;
    q ^= q << 4;
    q &= 255;
    if (q & 0x80) q ^= 0x09;
    const twice = q | (q << 8);
    table[p] = 0x63 ^ q ^ (twice >>> 7) ^ (twice >>> 6) ^ (twice >>> 5) ^ (twice >>> 4);
  } while (p !== 1);
  table[0] = 0x63;
  return table;
}

/**
 * SubBytes and MixColumns in one look-up, four tables of 256: entry b of table r is the column that byte b of row r
 * contributes, as a little-endian word.
 */
const T = Int32Array.from({ length: 1024 }, (_, i) => {
  const s = SBOX[i & 255];
  const s2 = double(s);
  return rotl32(s2 | (s << 8) | (s << 16) | ((s2 ^ s) << 24), 8 * (i >> 8));
});

/** KeyExpansion (FIPS 197, section 5.2) as little-endian words, four a round. */
function roundKeys(key: Uint8Array): Int32Array {
  const nk = key.length >> 2;
  const w = new Int32Array(4 * (nk + 7));
  w.set(bigEndianWords(key));
  const substitute = (x: number): number =>
    (SBOX[x >>> 24] << 24) | (SBOX[(x >>> 16) & 255] << 16) | (SBOX[(x >>> 8) & 255] << 8) | SBOX[x & 255];
  let rcon = 1;
  for (let i = nk; i < w.length; i++) {
    let t = w[i - 1];
    if (i % nk === 0) {
      t = substitute(rotl32(t, 8)) ^ (rcon << 24);
      rcon = double(rcon);
    } else if (nk === 8 && i % nk === 4) {
      t = substitute(t);
    }
    w[i] = w[i - nk] ^ t;
  }
  return w.map(swap32);
}

/** AES (FIPS 197) with a key of 16, 24 or 32 bytes. */
export function aes(key: Uint8Array): BlockCipher {
  const w = roundKeys(key);
  const s = SBOX;
  const t = T;
  const last = w.length - 4;
  const encrypt = (block: Int32Array): void => {
    let a = block[0] ^ w[0];
    let b = block[1] ^ w[1];
    let c = block[2] ^ w[2];
    let d = block[3] ^ w[3];
    let k = 4;
    for (; k < last; k += 4) {
      const e =
        t[a & 255] ^ t[256 + ((b >>> 8) & 255)] ^ t[512 + ((c >>> 16) & 255)] ^ t[768 + (d >>> 24)] ^ w[k];
      const f =
        t[b & 255] ^
        t[256 + ((c >>> 8) & 255)] ^
        t[512 + ((d >>> 16) & 255)] ^
        t[768 + (a >>> 24)] ^
        w[k + 1];
      const g =
        t[c & 255] ^
        t[256 + ((d >>> 8) & 255)] ^
        t[512 + ((a >>> 16) & 255)] ^
        t[768 + (b >>> 24)] ^
        w[k + 2];
      d =
        t[d & 255] ^
        t[256 + ((a >>> 8) & 255)] ^
        t[512 + ((b >>> 16) & 255)] ^
        t[768 + (c >>> 24)] ^
        w[k + 3];
      a = e;
      b = f;
      c = g;
    }
    block[0] =
      (s[a & 255] | (s[(b >>> 8) & 255] << 8) | (s[(c >>> 16) & 255] << 16) | (s[d >>> 24] << 24)) ^ w[k];
    block[1] =
      (s[b & 255] | (s[(c >>> 8) & 255] << 8) | (s[(d >>> 16) & 255] << 16) | (s[a >>> 24] << 24)) ^ w[k + 1];
    block[2] =
      (s[c & 255] | (s[(d >>> 8) & 255] << 8) | (s[(a >>> 16) & 255] << 16) | (s[b >>> 24] << 24)) ^ w[k + 2];
    block[3] =
      (s[d & 255] | (s[(a >>> 8) & 255] << 8) | (s[(b >>> 16) & 255] << 16) | (s[c >>> 24] << 24)) ^ w[k + 3];
  };
  return { encrypt, schedule: w };
}
