import type { PacketBatch } from '../kernel/batch.ts';
import type { EncryptBlock } from './block-cipher.ts';
import type { DatagramCipher } from './datagram-cipher.ts';

/** The fixed initial vector of kcp-go; 8-byte blocks use its first half. */
export const IV = Buffer.from('a7734f9c12ac1b01a415f2c1fc78e66b', 'hex');

/**
 * Cipher feedback with full blocks (NIST SP 800-38A, section 6.3, s = b) over each datagram from the fixed IV.
 *
 * A short last block is XORed with a truncated keystream block; here it is simply run on into the datagram's 16-byte
 * slot, which is the batch's own.
 */
export class Cfb implements DatagramCipher {
  readonly #encrypt: EncryptBlock;
  readonly #register: Int32Array;
  /** The keystream of the first block, the same for every datagram: the encrypted IV. */
  readonly #first: Int32Array;

  constructor(encrypt: EncryptBlock, blockBytes: number) {
    this.#encrypt = encrypt;
    this.#register = new Int32Array(blockBytes >> 2);
    this.#first = Int32Array.from(this.#register, (_, i) => IV.readInt32LE(4 * i));
    encrypt(this.#first);
  }

  seal(batch: PacketBatch): void {
    const words = batch.kernel.words;
    const encrypt = this.#encrypt;
    const register = this.#register;
    const size = register.length;
    for (let i = 0; i < batch.count; i++) {
      const end = (batch.offsets[i] + batch.lengths[i] + 3) >> 2;
      register.set(this.#first);
      for (let at = batch.offsets[i] >> 2; at < end; encrypt(register)) {
        for (let k = 0; k < size; k++, at++) words[at] = register[k] ^= words[at];
      }
    }
  }

  /** The first block alone of the datagram at `offset`. */
  sealFirst(words: Uint32Array, offset: number): void {
    for (let k = 0; k < this.#first.length; k++) words[(offset >> 2) + k] ^= this.#first[k];
  }

  open(batch: PacketBatch): void {
    const words = batch.kernel.words;
    const encrypt = this.#encrypt;
    const register = this.#register;
    const size = register.length;
    for (let i = 0; i < batch.count; i++) {
      const end = (batch.offsets[i] + batch.lengths[i] + 3) >> 2;
      register.set(this.#first);
      for (let at = batch.offsets[i] >> 2; at < end; encrypt(register)) {
        for (let k = 0; k < size; k++, at++) {
          const cipher = words[at];
          words[at] = register[k] ^ cipher;
          register[k] = cipher;
        }
      }
    }
  }
}
