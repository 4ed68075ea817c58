/** What snappy framing asks of a kernel. All offsets are into the kernel's memory. */
export interface SnappyKernel {
  /** CRC-32C (Castagnoli), unmasked, as an unsigned number. */
  crc32c(offset: number, length: number): number;
  /** Compresses one block of at most 65536 bytes. @returns bytes written at `to`; at most 32 + length + length / 6. */
  snappyCompress(from: number, length: number, to: number): number;
  /** @returns the plain length, or -1 where the block is corrupt or would exceed `room` bytes. */
  snappyUncompress(from: number, length: number, to: number, room: number): number;
}
