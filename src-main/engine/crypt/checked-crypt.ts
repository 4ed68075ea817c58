import zlib from 'node:zlib';
import type { PacketBatch } from '../batch.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { PacketCrypt } from './crypt.ts';
import type { DatagramCipher } from './datagram-cipher.ts';
import type { RandomPool } from './random-pool.ts';

/**
 *  0               16         20
 * | nonce (random) | CRC-32 LE | body ...
 *
 * The nonce only makes the first cipher block unpredictable; the receiver throws it away. The CRC is over the body.
 */
export const NONCE_BYTES = 16;
export const CHECKED_HEAD = NONCE_BYTES + 4;

/** Every crypt but `null` and `aes-128-gcm`: a nonce and a checksum, then a cipher over the whole datagram. */
export class CheckedCrypt implements PacketCrypt {
  readonly head = CHECKED_HEAD;
  readonly tail = 0;

  constructor(
    readonly name: string,
    private readonly cipher: DatagramCipher,
    private readonly random: RandomPool,
  ) {}

  seal(batch: PacketBatch): void {
    const { kernel, offsets, lengths } = batch;
    for (let i = 0; i < batch.count; i++) {
      const word = offsets[i] >> 2;
      this.random.write(kernel.words, word, NONCE_BYTES >> 2);
      kernel.words[word + (NONCE_BYTES >> 2)] = crc32(
        kernel,
        offsets[i] + CHECKED_HEAD,
        lengths[i] - CHECKED_HEAD,
      );
    }
    this.cipher.seal(batch);
  }

  open(batch: PacketBatch): void {
    const { kernel, offsets, lengths, ok } = batch;
    this.cipher.open(batch);
    for (let i = 0; i < batch.count; i++) {
      const offset = offsets[i];
      const length = lengths[i] - CHECKED_HEAD;
      ok[i] =
        length >= 0 &&
        crc32(kernel, offset + CHECKED_HEAD, length) === kernel.words[(offset + NONCE_BYTES) >> 2]
          ? 1
          : 0;
    }
  }
}

/** Below this many bytes the call into zlib costs more than it saves. */
const ZLIB_FROM = 640;

function crc32(kernel: Kernel, offset: number, length: number): number {
  return length < ZLIB_FROM
    ? kernel.crc32(offset, length)
    : zlib.crc32(kernel.bytes.subarray(offset, offset + length));
}
