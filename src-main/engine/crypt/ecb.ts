import type { Cipher } from 'node:crypto';
import type { Kernel } from '../kernel/kernel.ts';
import type { EncryptBlock } from './block-cipher.ts';

/** Encrypts bytes[offset..offset+length) block by block, in place: whole blocks, 16-aligned. */
export type EncryptBlocks = (kernel: Kernel, offset: number, length: number) => void;

/** @param cipher an unpadded ECB stream of node:crypto */
export const nativeEcb =
  (cipher: Cipher): EncryptBlocks =>
  ({ bytes }, offset, length) =>
    bytes.set(cipher.update(bytes.subarray(offset, offset + length)), offset);

export function ownEcb(encrypt: EncryptBlock, blockBytes: number): EncryptBlocks {
  const block = new Int32Array(blockBytes >> 2);
  return ({ words }, offset, length) => {
    const end = (offset + length) >> 2;
    for (let at = offset >> 2; at < end; at += block.length) {
      for (let k = 0; k < block.length; k++) block[k] = words[at + k];
      encrypt(block);
      words.set(block, at);
    }
  };
}
