/**
 * Encrypts one block in place. `block` holds it as the little-endian words of its bytes: 4 words of a 16-byte block, 2 of
 * an 8-byte block.
 */
export type EncryptBlock = (block: Int32Array) => void;

/** The encrypt direction of a block cipher, which is all that CFB needs. */
export interface BlockCipher {
  readonly encrypt: EncryptBlock;
  /** What the key was expanded to: the subkeys, then the tables. The kernel's twin of `encrypt` reads it. */
  readonly schedule: Int32Array;
}

/** @param key exactly the cipher's key bytes */
export type ExpandKey = (key: Uint8Array) => BlockCipher;
