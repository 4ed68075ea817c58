import { type Cipher, createCipheriv } from 'node:crypto';
import type { PacketBatch } from '../kernel/batch.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { EncryptBlock, ExpandKey } from './block-cipher.ts';
import { Cfb, IV } from './cfb.ts';
import type { DatagramCipher } from './datagram-cipher.ts';
import { type Scratch, scratchOf } from './scratch.ts';

const BLOCK = 16;

/** Below this many bytes, as a turn with one ACK has, a native call takes longer than our own cipher (measured). */
export const NATIVE_FROM = 96;

/**
 * What `Cfb` does with AES, as the platform has it: one native call for a whole batch, because a call costs
 * about a microsecond, whatever its length.
 *
 * - open: plaintext = ciphertext XOR E(the ciphertext block before it), so all blocks of the batch go through one ECB
 *   call. The first block of a datagram comes out as garbage: it is part of the nonce, which nobody reads.
 * - seal: ciphertext = plaintext XOR E(the ciphertext block before it) is what CBC computes inside, so the plaintext goes
 *   through one CBC stream whose output is E(ciphertext), a block late. A datagram's first block is thus chained to the
 *   datagram before it instead of the IV; as it is XORed with 16 fresh random bytes, it is as unpredictable as the nonce
 *   itself, and a receiver can't tell and needn't.
 */
export class NativeCfb implements DatagramCipher {
  readonly #ecb: Cipher;
  readonly #cbc: Cipher;
  /** E(the last ciphertext block that was sealed). */
  readonly #chain: Uint8Array;
  readonly #own: Cfb;
  readonly #scratch: Scratch;

  constructor(kernel: Kernel, native: NativeCipher, encrypt: EncryptBlock) {
    this.#own = new Cfb(encrypt, BLOCK);
    this.#scratch = scratchOf(kernel);
    this.#ecb = native.ecb();
    this.#chain = this.#ecb.update(IV);
    this.#cbc = native.cbc(this.#chain);
  }

  seal(batch: PacketBatch): void {
    const length = batch.next - batch.start;
    if (length < NATIVE_FROM) return this.#own.seal(batch);
    const { bytes } = batch.kernel;
    const keystream = this.#scratch.take(BLOCK + length);
    const output = this.#cbc.update(bytes.subarray(batch.start, batch.next));
    bytes.set(this.#chain, keystream);
    bytes.set(output, keystream + BLOCK);
    batch.kernel.xor(batch.start, batch.start, keystream, length);
    this.#chain.set(output.subarray(length - BLOCK));
  }

  open(batch: PacketBatch): void {
    const length = batch.next - batch.start;
    if (length < NATIVE_FROM) return this.#own.open(batch);
    const { bytes } = batch.kernel;
    const keystream = this.#scratch.take(length);
    bytes.set(this.#ecb.update(bytes.subarray(batch.start, batch.next)), keystream);
    batch.kernel.xor(batch.start + BLOCK, batch.start + BLOCK, keystream, length - BLOCK);
  }
}

/** Endless, unpadded streams of AES that node:crypto really has. */
export interface NativeCipher {
  ecb(): Cipher;
  cbc(iv: Uint8Array): Cipher;
}

/**
 * Tries what node:crypto has under this name, for its lists can't be trusted: OpenSSL 3 knows ciphers that only its legacy
 * provider has, and BoringSSL has few of OpenSSL's.
 * @param name as in OpenSSL, without the mode: `aes-256`
 * @returns undefined where a mode is missing or does not agree with our own cipher
 */
export function probeNative(name: string, key: Uint8Array, own: ExpandKey): NativeCipher | undefined {
  const native: NativeCipher = {
    ecb: () => createCipheriv(`${name}-ecb`, key, null).setAutoPadding(false),
    cbc: (iv) => createCipheriv(`${name}-cbc`, key, iv).setAutoPadding(false),
  };
  const block = new Int32Array(BLOCK >> 2);
  const expected = Buffer.from(block.buffer);
  try {
    const zero = new Uint8Array(BLOCK);
    const outputs = [native.ecb().update(zero), native.cbc(zero).update(zero)];
    own(key).encrypt(block);
    return outputs.every((output) => output.equals(expected)) ? native : undefined;
  } catch {
    return undefined;
  }
}
