/** What crypt asks of a kernel. All offsets are into the kernel's memory. */
export interface CryptKernel {
  /** bytes[to + i] = bytes[a + i] ^ bytes[b + i]; `to` may be `a`. */
  xor(to: number, a: number, b: number, length: number): void;
  /** CRC-32 (IEEE 802.3) as an unsigned number. */
  crc32(offset: number, length: number): number;
  /** XORs the Salsa20/20 keystream, from counter 0, onto bytes[offset..]; key is 32 bytes, nonce 8 bytes. */
  salsa20(offset: number, length: number, key: number, nonce: number): void;
}
