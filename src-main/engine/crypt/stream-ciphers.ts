import { pbkdf2Sync } from 'node:crypto';
import { MAX_DATAGRAM, type PacketBatch } from '../kernel/batch.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { DatagramCipher } from './datagram-cipher.ts';
import { type Scratch, scratchOf } from './scratch.ts';

/** A keystream is XORed on: sealing and opening are the same. */
abstract class KeystreamCipher implements DatagramCipher {
  protected readonly scratch: Scratch;

  constructor(kernel: Kernel) {
    this.scratch = scratchOf(kernel);
  }

  abstract seal(batch: PacketBatch): void;

  open(batch: PacketBatch): void {
    this.seal(batch);
  }
}

/**
 * Salsa20/20 with a 32-byte key, from counter 0, over all behind the nonce. That is the first 8 of the datagram's 16 random
 * bytes, and stays clear.
 */
export class Salsa20 extends KeystreamCipher {
  constructor(
    kernel: Kernel,
    private readonly key: Uint8Array,
  ) {
    super(kernel);
  }

  seal({ kernel, count, offsets, lengths }: PacketBatch): void {
    const key = this.scratch.load(this.key);
    const datagrams = this.scratch.take(8 * count);
    for (let i = 0, at = datagrams >> 2; i < count; i++) {
      kernel.words[at++] = offsets[i];
      kernel.words[at++] = lengths[i];
    }
    kernel.salsa20(key, datagrams, count);
  }
}

/** kcp-go's "simple XOR": one pad, derived from the key, for every datagram. */
export class Xor extends KeystreamCipher {
  readonly #pad: Uint8Array;

  constructor(kernel: Kernel, key: Uint8Array) {
    super(kernel);
    this.#pad = pbkdf2Sync(key, 'sH3CIVoF#rWLtJo6', 32, MAX_DATAGRAM, 'sha1');
  }

  seal({ kernel, count, offsets, lengths }: PacketBatch): void {
    const pad = this.scratch.load(this.#pad);
    for (let i = 0; i < count; i++) kernel.xor(offsets[i], offsets[i], pad, lengths[i]);
  }
}
