import { bigEndianWords, once, swap32 } from '../../kernel/words.ts';
import type { BlockCipher } from '../block-cipher.ts';
import { CAST5_SBOXES } from './cast5-tables.ts';

const makeBoxes = once(() => bigEndianWords(Buffer.from(CAST5_SBOXES, 'base64')));

/** S5[a] ^ S6[b] ^ S7[c] ^ S8[d], where `digits` names the bytes a, b, c, d of `state` in hexadecimal. */
const mix = (state: Uint8Array, digits: string): number =>
  Array.from(digits).reduce((sum, digit, i) => sum ^ entry(5 + i, state, digit), 0);

const entry = (sbox: number, state: Uint8Array, digit: string): number =>
  makeBoxes()[256 * (sbox - 1) + state[parseInt(digit, 16)]];

/**
 * The key schedule of RFC 2144, section 2.4: the key bytes x and a second state z take turns in making one another, word
 * by word. `start` is the first byte of the old state's word; `mixed` the bytes of S5 to S8: of the old state for the
 * first word, of the new one after it; `box` and `byte` one S-box entry more, by the old state.
 */
interface Step {
  start: number;
  mixed: string;
  box: number;
  byte: string;
}
const step = (start: number, mixed: string, box: number, byte: string): Step => ({ start, mixed, box, byte });

const Z_FROM_X = [
  step(0, 'DFCE', 7, '8'),
  step(8, '0213', 8, 'A'),
  step(12, '7654', 5, '9'),
  step(4, 'A9B8', 6, 'B'),
];
const X_FROM_Z = [
  step(8, '5746', 7, '0'),
  step(0, '0213', 8, '2'),
  step(4, '7654', 5, '1'),
  step(12, 'A9B8', 6, '3'),
];

/** After each turn four subkeys: the bytes of S5 to S8, and the byte of one entry more, of S5, S6, S7 and S8 in turn. */
const TURNS = [
  { steps: Z_FROM_X, subkeys: ['8976', 'AB54', 'CD32', 'EF10'], more: '269C' },
  { steps: X_FROM_Z, subkeys: ['32CD', '10EF', '7689', '54AB'], more: '8D37' },
  { steps: Z_FROM_X, subkeys: ['32CD', '10EF', '7689', '54AB'], more: '9C26' },
  { steps: X_FROM_Z, subkeys: ['8976', 'AB54', 'CD32', 'EF10'], more: '378D' },
];

/** The 32 subkeys: 16 masking keys Km, then 16 rotation keys Kr. */
function subkeys(key: Uint8Array): Int32Array {
  let old = Uint8Array.from(key);
  const k: number[] = [];
  for (const { steps, subkeys, more } of [...TURNS, ...TURNS]) {
    const made = new Uint8Array(16);
    const source = new DataView(old.buffer);
    const target = new DataView(made.buffer);
    steps.forEach(({ start, mixed, box, byte }, i) => {
      const mixture = mix(i === 0 ? old : made, mixed) ^ entry(box, old, byte);
      target.setInt32(4 * i, source.getInt32(start) ^ mixture);
    });
    subkeys.forEach((digits, i) => k.push(mix(made, digits) ^ entry(5 + i, made, more[i])));
    old = made;
  }
  return Int32Array.from(k, (word, i) => (i < 16 ? word : word & 31));
}

/** CAST-128 (RFC 2144) with 16 rounds, 16-byte key. */
export function cast5(key: Uint8Array): BlockCipher {
  const k = subkeys(key);
  const s = makeBoxes();
  const encrypt = (block: Int32Array): void => {
    let a = swap32(block[0]);
    let b = swap32(block[1]);
    // Section 2.2: the round functions of type 1, 2, 3 take turns; the halves swap each round.
    for (let i = 0; i < 16; i++) {
      let x: number;
      let f: number;
      const r = k[16 + i];
      switch (i % 3) {
        case 0:
          x = (k[i] + b) | 0;
          x = (x << r) | (x >>> (32 - r));
          f =
            ((s[x >>> 24] ^ s[256 + ((x >>> 16) & 255)]) - s[512 + ((x >>> 8) & 255)] + s[768 + (x & 255)]) |
            0;
          break;
        case 1:
          x = k[i] ^ b;
          x = (x << r) | (x >>> (32 - r));
          f = (s[x >>> 24] - s[256 + ((x >>> 16) & 255)] + s[512 + ((x >>> 8) & 255)]) ^ s[768 + (x & 255)];
          break;
        default:
          x = (k[i] - b) | 0;
          x = (x << r) | (x >>> (32 - r));
          f =
            (((s[x >>> 24] + s[256 + ((x >>> 16) & 255)]) ^ s[512 + ((x >>> 8) & 255)]) -
              s[768 + (x & 255)]) |
            0;
      }
      const left = a;
      a = b;
      b = left ^ f;
    }
    block[0] = swap32(b);
    block[1] = swap32(a);
  };
  // S1 to S4; the key schedule alone needs the others.
  return { encrypt, schedule: Int32Array.of(...k, ...s.subarray(0, 1024)) };
}
