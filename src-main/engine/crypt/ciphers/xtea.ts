import { bigEndianWords, swap32 } from '../../kernel/words.ts';
import type { BlockCipher } from '../block-cipher.ts';

const DELTA = 0x9e3779b9;
const CYCLES = 32;

/** XTEA (Needham and Wheeler, "Tea extensions", 1997), big-endian words, 16-byte key, 64 rounds. */
export function xtea(key: Uint8Array): BlockCipher {
  const k = bigEndianWords(key);
  // What each of the 64 rounds adds: the running sum and the key word it selects.
  const rounds = new Int32Array(2 * CYCLES);
  let sum = 0;
  for (let cycle = 0; cycle < CYCLES; cycle++) {
    rounds[2 * cycle] = sum + k[sum & 3];
    sum = (sum + DELTA) | 0;
    rounds[2 * cycle + 1] = sum + k[(sum >>> 11) & 3];
  }
  const encrypt = (block: Int32Array): void => {
    let a = swap32(block[0]);
    let b = swap32(block[1]);
    for (let i = 0; i < 2 * CYCLES; i += 2) {
      a = (a + ((((b << 4) ^ (b >>> 5)) + b) ^ rounds[i])) | 0;
      b = (b + ((((a << 4) ^ (a >>> 5)) + a) ^ rounds[i + 1])) | 0;
    }
    block[0] = swap32(a);
    block[1] = swap32(b);
  };
  return { encrypt, schedule: rounds };
}
