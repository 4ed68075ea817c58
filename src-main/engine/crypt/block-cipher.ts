/**
 * Encrypts one block in place. `block` holds it as the little-endian words of its bytes: 4 words of a 16-byte block, 2 of
 * an 8-byte block.
 */
export type EncryptBlock = (block: Int32Array) => void;

/** The encrypt direction of a block cipher, which is all that CFB needs. @param key exactly the cipher's key bytes */
export type ExpandKey = (key: Uint8Array) => EncryptBlock;
