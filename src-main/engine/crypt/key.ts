import { pbkdf2Sync } from 'node:crypto';

/** Bytes that `deriveKey` gives; each cipher takes as many of the first as it needs. */
export const PASS_BYTES = 32;

/** kcptun's `pass` from the option `key`: PBKDF2-HMAC-SHA1, salt "kcp-go", 4096 iterations, 32 bytes. */
export function deriveKey(key: string | Uint8Array): Buffer {
  return pbkdf2Sync(key, 'kcp-go', 4096, PASS_BYTES, 'sha1');
}
