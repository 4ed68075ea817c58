import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { randomBytes, scrypt } from 'node:crypto';
import { z } from 'zod';
import { ApiError } from '../../shared/errors.ts';

/** How dear one guess is. */
export interface ScryptCosts {
  /** of N, the number of blocks: memory is 128 * r * N bytes */
  logN: number;
  r: number;
  p: number;
}

/** 128 MB and about half a second a guess (RFC 7914; OWASP's first choice for scrypt). */
export const SCRYPT_COSTS: ScryptCosts = { logN: 17, r: 8, p: 1 };

const base64 = z.string().regex(/^[A-Za-z0-9+/]{20,200}={0,2}$/);

/** What the file holds of a passphrase: how to make the key of it, and something sealed by that key to check it by. */
export const storedLock = z.strictObject({
  kdf: z.literal('scrypt'),
  // a file from elsewhere must not take all memory or the afternoon
  logN: z.int().min(10).max(18),
  r: z.int().min(1).max(8),
  p: z.int().min(1).max(4),
  salt: base64,
  check: base64,
});
export type StoredLock = z.infer<typeof storedLock>;

const SALT_BYTES = 16;
const KEY_BYTES = 32;
const NONCE_BYTES = 24;
/** No profile has an empty id: what is sealed as the check can be no profile's key. */
const CHECK_ID = '';
const CHECK_TEXT = 'kcptun-desktop';

/** Seals by a passphrase's key: XChaCha20-Poly1305, a random nonce before the ciphertext, and the profile's id bound in. */
export class Sealer {
  readonly #key: Uint8Array;

  /** @param key 32 bytes */
  constructor(key: Uint8Array) {
    this.#key = key;
  }

  seal(id: string, text: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const sealed = this.#cipher(nonce, id).encrypt(Buffer.from(text));
    return Buffer.concat([nonce, sealed]).toString('base64');
  }

  /** @throws {Error} when it was sealed by another key or for another profile, or has been changed */
  open(id: string, sealed: string): string {
    const bytes = Buffer.from(sealed, 'base64');
    const text = this.#cipher(bytes.subarray(0, NONCE_BYTES), id).decrypt(bytes.subarray(NONCE_BYTES));
    return Buffer.from(text).toString();
  }

  #cipher(
    nonce: Uint8Array,
    id: string,
  ): { encrypt(text: Uint8Array): Uint8Array; decrypt(text: Uint8Array): Uint8Array } {
    return xchacha20poly1305(this.#key, nonce, Buffer.from(id));
  }
}

/** A passphrase that is set, and open. */
export interface OpenLock {
  lock: StoredLock;
  sealer: Sealer;
}

export async function makeLock(passphrase: string, costs: ScryptCosts): Promise<OpenLock> {
  const salt = randomBytes(SALT_BYTES);
  const sealer = new Sealer(await deriveKey(passphrase, salt, costs));
  const check = sealer.seal(CHECK_ID, CHECK_TEXT);
  return { lock: { kdf: 'scrypt', ...costs, salt: salt.toString('base64'), check }, sealer };
}

/** @throws ApiError wrong-passphrase */
export async function openLock(lock: StoredLock, passphrase: string): Promise<OpenLock> {
  const sealer = new Sealer(await deriveKey(passphrase, Buffer.from(lock.salt, 'base64'), lock));
  try {
    sealer.open(CHECK_ID, lock.check);
  } catch {
    throw new ApiError('wrong-passphrase', 'passphrase: expected the one that the keys are sealed with', [
      { field: 'passphrase', message: 'expected the one that the keys are sealed with' },
    ]);
  }
  return { lock, sealer };
}

function deriveKey(passphrase: string, salt: Uint8Array, { logN, r, p }: ScryptCosts): Promise<Uint8Array> {
  const N = 2 ** logN;
  // one keyboard's ü is another's u and two dots
  const text = passphrase.normalize('NFKC');
  return new Promise((resolve, reject) => {
    scrypt(text, salt, KEY_BYTES, { N, r, p, maxmem: 128 * r * (N + p + 2) }, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}
