import type { PacketBatch } from '../kernel/batch.ts';

/** Encrypts whole datagrams of a batch in place, nonce and checksum included; any length is safe, down to 0. */
export interface DatagramCipher {
  seal(batch: PacketBatch): void;
  open(batch: PacketBatch): void;
}
