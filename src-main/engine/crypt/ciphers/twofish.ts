import { once, rotl32 } from '../../kernel/words.ts';
import type { BlockCipher } from '../block-cipher.ts';

/** The nibble permutations t0..t3 of q0 and q1 ("Twofish: A 128-Bit Block Cipher", 1998, section 4.3.5). */
const NIBBLES = [
  ['817d6f320b59eca4', 'ecb81235f4a6709d', 'ba5e6d90c8f32471', 'd7f4126e9b3085ca'],
  ['28bdf76e31940ac5', '1e2b4c376da5f908', '4c75169a0ed82b3f', 'b951c3de647f208a'],
];

/** q0 and q1. */
const makeQ = once(() =>
  NIBBLES.map((rows) => {
    const [t0, t1, t2, t3] = rows.map((row) => Array.from(row, (digit) => parseInt(digit, 16)));
    const half = (a: number, b: number): number => a ^ (b >> 1) ^ ((b & 1) << 3) ^ ((8 * a) & 15);
    return Uint8Array.from({ length: 256 }, (_, x) => {
      const a = t0[(x >> 4) ^ (x & 15)];
      const b = t1[half(x >> 4, x & 15)];
      return (t3[half(a, b)] << 4) | t2[a ^ b];
    });
  }),
);

function multiply(a: number, b: number, modulus: number): number {
  let product = 0;
  for (; b > 0; b >>= 1) {
    if (b & 1) product ^= a;
    a = (a << 1) ^ (a & 0x80 ? modulus : 0);
  }
  return product;
}

/** The product of a row-by-row matrix with 4 rows and a vector, over GF(2^8), as a little-endian word. */
function matrixWord(matrix: readonly number[], vector: ArrayLike<number>, modulus: number): number {
  let word = 0;
  const columns = vector.length;
  for (let i = 0; i < matrix.length; i++) {
    word ^= multiply(matrix[i], vector[i % columns], modulus) << (8 * Math.floor(i / columns));
  }
  return word;
}

// Section 4.2 and 4.3.2.
const MDS = [0x01, 0xef, 0x5b, 0x5b, 0x5b, 0xef, 0xef, 0x01, 0xef, 0x5b, 0x01, 0xef, 0xef, 0x01, 0xef, 0x5b];
const MDS_MODULUS = 0x169;
const RS = [
  ...[0x01, 0xa4, 0x55, 0x87, 0x5a, 0x58, 0xdb, 0x9e],
  ...[0xa4, 0x56, 0x82, 0xf3, 0x1e, 0xc6, 0x68, 0xe5],
  ...[0x02, 0xa1, 0xfc, 0xc1, 0x47, 0xae, 0x3d, 0x19],
  ...[0xa4, 0x55, 0x87, 0x5a, 0x58, 0xdb, 0x9e, 0x03],
];
const RS_MODULUS = 0x14d;

/** Which q stands where in h (figure 2), from the first stage of a 256-bit key to the last, for byte 0 to 3. */
const STAGES = [
  [1, 0, 0, 1],
  [1, 1, 0, 0],
  [0, 1, 0, 1],
  [0, 0, 1, 1],
];
const LAST_STAGE = [1, 0, 1, 0];

/** Byte `row` of h before the MDS matrix, for input byte x and the key words `list`, of which the last is used first. */
function substitute(x: number, row: number, list: readonly number[]): number {
  const q = makeQ();
  for (let i = list.length - 1; i >= 0; i--) {
    x = q[STAGES[STAGES.length - 1 - i][row]][x] ^ ((list[i] >>> (8 * row)) & 255);
  }
  return q[LAST_STAGE[row]][x];
}

function h(x: number, list: readonly number[]): number {
  const y = [0, 1, 2, 3].map((row) => substitute(x, row, list));
  return matrixWord(MDS, y, MDS_MODULUS);
}

/** Twofish ("Twofish: A 128-Bit Block Cipher", Schneier et al., 1998), with a key of 16, 24 or 32 bytes. */
export function twofish(key: Uint8Array): BlockCipher {
  const view = new DataView(key.buffer, key.byteOffset, key.byteLength);
  const even: number[] = [];
  const odd: number[] = [];
  const s: number[] = [];
  for (let i = 0; i < key.length; i += 8) {
    even.push(view.getInt32(i, true));
    odd.push(view.getInt32(i + 4, true));
    s.unshift(matrixWord(RS, key.subarray(i, i + 8), RS_MODULUS));
  }
  const k = new Int32Array(40);
  for (let i = 0; i < 20; i++) {
    const a = h(2 * i, even);
    const b = rotl32(h(2 * i + 1, odd), 8);
    k[2 * i] = a + b;
    k[2 * i + 1] = rotl32((a + 2 * b) | 0, 9);
  }
  // g: the key-dependent S-boxes with their column of the MDS matrix, four tables of 256.
  const g = Int32Array.from({ length: 1024 }, (_, i) => {
    const column = [0, 0, 0, 0];
    column[i >> 8] = substitute(i & 255, i >> 8, s);
    return matrixWord(MDS, column, MDS_MODULUS);
  });

  const encrypt = (block: Int32Array): void => {
    let a = block[0] ^ k[0];
    let b = block[1] ^ k[1];
    let c = block[2] ^ k[2];
    let d = block[3] ^ k[3];
    for (let i = 8; i < 40; i += 4) {
      let x = g[a & 255] ^ g[256 + ((a >>> 8) & 255)] ^ g[512 + ((a >>> 16) & 255)] ^ g[768 + (a >>> 24)];
      let y = g[b >>> 24] ^ g[256 + (b & 255)] ^ g[512 + ((b >>> 8) & 255)] ^ g[768 + ((b >>> 16) & 255)];
      c ^= (x + y + k[i]) | 0;
      c = (c >>> 1) | (c << 31);
      d = ((d << 1) | (d >>> 31)) ^ ((x + 2 * y + k[i + 1]) | 0);
      x = g[c & 255] ^ g[256 + ((c >>> 8) & 255)] ^ g[512 + ((c >>> 16) & 255)] ^ g[768 + (c >>> 24)];
      y = g[d >>> 24] ^ g[256 + (d & 255)] ^ g[512 + ((d >>> 8) & 255)] ^ g[768 + ((d >>> 16) & 255)];
      a ^= (x + y + k[i + 2]) | 0;
      a = (a >>> 1) | (a << 31);
      b = ((b << 1) | (b >>> 31)) ^ ((x + 2 * y + k[i + 3]) | 0);
    }
    block[0] = c ^ k[4];
    block[1] = d ^ k[5];
    block[2] = a ^ k[6];
    block[3] = b ^ k[7];
  };
  return { encrypt, schedule: Int32Array.of(...k, ...g) };
}
