import { pbkdf2Sync } from 'node:crypto';
import { MAX_DATAGRAM, type PacketBatch } from '../batch.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { DatagramCipher } from './datagram-cipher.ts';
import { type Scratch, scratchOf } from './scratch.ts';

/** A keystream is XORed on: sealing and opening are the same. */
abstract class StreamCipher implements DatagramCipher {
  readonly #scratch: Scratch;

  constructor(
    kernel: Kernel,
    private readonly secret: Uint8Array,
  ) {
    this.#scratch = scratchOf(kernel);
  }

  protected abstract apply(kernel: Kernel, secret: number, offset: number, length: number): void;

  seal(batch: PacketBatch): void {
    const secret = this.#scratch.load(this.secret);
    for (let i = 0; i < batch.count; i++)
      this.apply(batch.kernel, secret, batch.offsets[i], batch.lengths[i]);
  }

  open(batch: PacketBatch): void {
    this.seal(batch);
  }
}

/** The nonce of Salsa20 is the first 8 of the datagram's 16 random bytes, and stays clear. */
const SALSA_NONCE = 8;

/** Salsa20/20 with a 32-byte key, from counter 0, over all behind the nonce. */
export class Salsa20 extends StreamCipher {
  protected override apply(kernel: Kernel, key: number, offset: number, length: number): void {
    if (length > SALSA_NONCE) kernel.salsa20(offset + SALSA_NONCE, length - SALSA_NONCE, key, offset);
  }
}

/** kcp-go's "simple XOR": one pad, derived from the key, for every datagram. */
export class Xor extends StreamCipher {
  constructor(kernel: Kernel, key: Uint8Array) {
    super(kernel, pbkdf2Sync(key, 'sH3CIVoF#rWLtJo6', 32, MAX_DATAGRAM, 'sha1'));
  }

  protected override apply(kernel: Kernel, pad: number, offset: number, length: number): void {
    kernel.xor(offset, offset, pad, length);
  }
}
