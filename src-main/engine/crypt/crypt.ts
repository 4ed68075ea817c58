import type { PacketBatch } from '../kernel/batch.ts';

/**
 * Seals and opens whole datagrams, a batch at a time (ARCHITECTURE, 'On the wire').
 *
 * A datagram is `head` bytes, the body, `tail` bytes. The caller of seal leaves room for head and tail and has written
 * only the body; `batch.lengths` counts all three.
 */
export interface PacketCrypt {
  readonly name: string;
  readonly head: number;
  readonly tail: number;
  /** In place: draws nonces, writes checksums or tags, encrypts. */
  seal(batch: PacketBatch): void;
  /** In place: decrypts, and sets `batch.ok[i]`. A datagram shorter than head + tail is not ok. Never throws. */
  open(batch: PacketBatch): void;
}
