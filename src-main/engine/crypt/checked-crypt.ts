import zlib from 'node:zlib';
import type { PacketBatch } from '../kernel/batch.ts';
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
    const { words } = batch.kernel;
    for (let i = 0; i < batch.count; i++) {
      const word = batch.offsets[i] >> 2;
      this.random.write(words, word, NONCE_BYTES >> 2);
      words[word + (NONCE_BYTES >> 2)] = checksum(batch, i);
    }
    this.cipher.seal(batch);
  }

  open(batch: PacketBatch): void {
    const { kernel, offsets, lengths, ok } = batch;
    this.cipher.open(batch);
    for (let i = 0; i < batch.count; i++) {
      const stated = kernel.words[(offsets[i] + NONCE_BYTES) >> 2];
      ok[i] = lengths[i] >= CHECKED_HEAD && checksum(batch, i) === stated ? 1 : 0;
    }
  }
}

/** Below this many bytes the call into zlib costs more than it saves. */
const ZLIB_FROM = 640;

/** The CRC of datagram `i`'s body. */
function checksum(batch: PacketBatch, i: number): number {
  const length = batch.lengths[i] - CHECKED_HEAD;
  if (length >= ZLIB_FROM) return zlib.crc32(batch.end(i, length));
  return batch.kernel.crc32(batch.offsets[i] + CHECKED_HEAD, length);
}
