import { bigEndianWords, swap32 } from '../../kernel/words.ts';
import type { BlockCipher } from '../block-cipher.ts';

const DELTA = 0x9e3779b9;
/** kcp-go asks x/crypto/tea for 16 rounds, which are half of these cycles' Feistel rounds: the customary TEA has 32. */
const CYCLES = 8;

/** TEA (Wheeler and Needham, "TEA, a Tiny Encryption Algorithm", 1994), big-endian words, 16-byte key. */
export function tea(key: Uint8Array): BlockCipher {
  const schedule = bigEndianWords(key);
  const [k0, k1, k2, k3] = schedule;
  const encrypt = (block: Int32Array): void => {
    let a = swap32(block[0]);
    let b = swap32(block[1]);
    let sum = 0;
    for (let cycle = 0; cycle < CYCLES; cycle++) {
      sum = (sum + DELTA) | 0;
      a = (a + (((b << 4) + k0) ^ (b + sum) ^ ((b >>> 5) + k1))) | 0;
      b = (b + (((a << 4) + k2) ^ (a + sum) ^ ((a >>> 5) + k3))) | 0;
    }
    block[0] = swap32(a);
    block[1] = swap32(b);
  };
  return { encrypt, schedule };
}
