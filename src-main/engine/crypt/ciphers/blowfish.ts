import { bigEndianWords, swap32 } from '../../kernel/words.ts';
import type { BlockCipher } from '../block-cipher.ts';

/** The P-array's 18 words and four S-boxes of 256. */
const WORDS = 18 + 4 * 256;

let initial: Int32Array | undefined;

/** The initial subkeys are the hexadecimal digits of pi behind the point; computed at first use, by Machin's formula. */
function digitsOfPi(): Int32Array {
  const bits = BigInt(32 * WORDS);
  const guard = 64n;
  const one = 1n << (bits + guard);
  const arctanOfInverse = (x: bigint): bigint => {
    let sum = 0n;
    for (let power = one / x, n = 1n; power !== 0n; power /= -x * x, n += 2n) sum += power / n;
    return sum;
  };
  const pi = (16n * arctanOfInverse(5n) - 4n * arctanOfInverse(239n)) >> guard;
  const digits = (pi & ((1n << bits) - 1n)).toString(16).padStart(8 * WORDS, '0');
  return bigEndianWords(Buffer.from(digits, 'hex'));
}

/** Blowfish (Schneier, "Description of a New Variable-Length Key, 64-Bit Block Cipher", 1993), 4 to 56 bytes of key. */
export function blowfish(key: Uint8Array): BlockCipher {
  const words = (initial ??= digitsOfPi()).slice();
  const p = words.subarray(0, 18);
  const s = words.subarray(18);
  const encrypt = (block: Int32Array): void => {
    let a = swap32(block[0]);
    let b = swap32(block[1]);
    for (let i = 0; i < 16; i += 2) {
      a ^= p[i];
      b ^=
        (((s[a >>> 24] + s[256 + ((a >>> 16) & 255)]) ^ s[512 + ((a >>> 8) & 255)]) + s[768 + (a & 255)]) | 0;
      b ^= p[i + 1];
      a ^=
        (((s[b >>> 24] + s[256 + ((b >>> 16) & 255)]) ^ s[512 + ((b >>> 8) & 255)]) + s[768 + (b & 255)]) | 0;
    }
    block[0] = swap32(b ^ p[17]);
    block[1] = swap32(a ^ p[16]);
  };
  for (let i = 0; i < 18; i++) {
    for (let j = 0, word = 0; j < 4; j++) {
      word = (word << 8) | key[(4 * i + j) % key.length];
      if (j === 3) p[i] ^= word;
    }
  }
  const block = new Int32Array(2);
  for (let i = 0; i < WORDS; i += 2) {
    encrypt(block);
    words[i] = swap32(block[0]);
    words[i + 1] = swap32(block[1]);
  }
  return { encrypt, schedule: words };
}
