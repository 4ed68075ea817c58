import { createCipheriv, createHmac, pbkdf2Sync } from 'node:crypto';
import { QPP_KEY_BYTES } from '../../../shared/wire.ts';

const SEED_SALT = '___QUANTUM_PERMUTATION_PAD_SEED_DERIVE___';
const SHUFFLE_SALT = '___QUANTUM_PERMUTATION_PAD_SHUFFLE_SALT___';
const PRNG_SALT = '___QUANTUM_PERMUTATION_PAD_PRNG_SALT___';
const SEED_BYTES = 32;
export const PAD_BYTES = 256;

const derive = (secret: Uint8Array, salt: string, rounds: number): Buffer =>
  pbkdf2Sync(secret, salt, rounds, SEED_BYTES, 'sha1');
const hmac = (key: Uint8Array, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** The seeds that the pads are shuffled from: the key, 32 bytes at a time, round and round, each stretched. */
function seedsOf(key: Uint8Array): Buffer[] {
  const long = key.length < SEED_BYTES ? derive(key, SEED_SALT, 128) : key;
  return Array.from({ length: Math.ceil(QPP_KEY_BYTES / SEED_BYTES) }, (_, i) => {
    const seed = Uint8Array.from({ length: SEED_BYTES }, (_, j) => long[(i * SEED_BYTES + j) % long.length]);
    return derive(seed, SEED_SALT, 1024);
  });
}

/** `count` permutations of the bytes, one behind the other. */
export function shufflePads(key: Uint8Array, count: number): Uint8Array {
  const seeds = seedsOf(key);
  const ciphers = seeds.map((seed) =>
    createCipheriv('aes-256-ecb', derive(seed, SHUFFLE_SALT, 128), null).setAutoPadding(false),
  );
  // Every pad draws from its own 32 bytes, enciphered again before each draw. All pads are shuffled in step, so that a
  // call enciphers the bytes of all of them.
  let draws = Buffer.concat(
    Array.from({ length: count }, (_, i) => hmac(seeds[i % seeds.length], `QPP_${i.toString(2)}`)),
  );
  const pads = Uint8Array.from({ length: count * PAD_BYTES }, (_, i) => i % PAD_BYTES);
  for (let k = PAD_BYTES - 1; k > 0; k--) {
    for (const cipher of ciphers) draws = cipher.update(draws);
    for (let pad = 0; pad < count; pad++) {
      // The 32 bytes as one big-endian number, mod k + 1.
      let j = 0;
      for (let at = pad * 32; at < pad * 32 + 32; at += 2) j = (j * 65536 + draws.readUInt16BE(at)) % (k + 1);
      const [a, b] = [pad * PAD_BYTES + k, pad * PAD_BYTES + j];
      [pads[a], pads[b]] = [pads[b], pads[a]];
    }
  }
  return pads;
}

export function invertPads(pads: Uint8Array): Uint8Array {
  const inverted = new Uint8Array(pads.length);
  pads.forEach((to, i) => {
    inverted[(i & -PAD_BYTES) + to] = i;
  });
  return inverted;
}

/** The four 64-bit words, little-endian, that every stream's generator starts from. */
export const generatorSeed = (key: Uint8Array): Uint8Array =>
  derive(hmac(key, 'PERMUTATION_MATRIX_SELECTOR'), PRNG_SALT, 128);
