/** What crypt asks of a kernel. All offsets are into the kernel's memory. */
export interface CryptKernel {
  /** bytes[to + i] = bytes[a + i] ^ bytes[b + i]; `to` may be `a`. */
  xor(to: number, a: number, b: number, length: number): void;
  /** CRC-32 (IEEE 802.3) as an unsigned number. */
  crc32(offset: number, length: number): number;
  /** XORs the Salsa20/20 keystream, from counter 0, onto bytes[offset..]; key is 32 bytes, nonce 8 bytes. */
  salsa20(offset: number, length: number, key: number, nonce: number): void;
  /**
   * Writes `blocks` counter blocks of 16 bytes at `to`: the 12-byte nonce, then a big-endian count from 1
   * (NIST SP 800-38D, section 7.1); `to` is 4-aligned.
   */
  counters(to: number, nonce: number, blocks: number): void;
  /**
   * GHASH (NIST SP 800-38D, section 6.4) of bytes[from..from+length), zero-padded, and the block of lengths that follows
   * where there is no additional data. Writes 16 bytes at `to`; `table` is the 8 KB of `ghashTable`, 16-aligned.
   */
  ghash(to: number, table: number, from: number, length: number): void;
}
