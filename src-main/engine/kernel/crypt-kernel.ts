/**
 * How many blocks of a cipher are worked on at once: as many as were measured to pay. A block cipher is one long chain of
 * dependent instructions, and further chains run in its waits.
 */
export const CFB_LANES = {
  tea: 8,
  xtea: 8,
  blowfish: 4,
  cast5: 4,
  sm4: 3,
  twofish: 2,
  tripleDes: 2,
} as const;
export type LaneCipher = keyof typeof CFB_LANES;

/**
 * Cipher feedback in the lanes of a cipher, `count` steps: in every lane the block at `at` becomes itself XOR E(the block
 * before it), then `at` moves by `step` bytes. Within a step all lanes are read before one is written.
 * @param key the cipher's schedule, 4-aligned
 * @param lanes a word for each lane: its first `at`
 */
export type CfbStep = (key: number, lanes: number, step: number, count: number) => void;

/** What crypt asks of a kernel. All offsets are into the kernel's memory. */
export interface CryptKernel {
  /** bytes[to + i] = bytes[a + i] ^ bytes[b + i]; `to` may be `a`. */
  xor(to: number, a: number, b: number, length: number): void;
  /** CRC-32 (IEEE 802.3) as an unsigned number. */
  crc32(offset: number, length: number): number;
  /**
   * XORs the Salsa20/20 keystream, from counter 0, onto each datagram behind its first 8 bytes, which are the nonce.
   * @param key 32 bytes
   * @param datagrams `count` pairs of words, 4-aligned: a datagram's offset and length; one of 8 bytes or less stays as it is
   */
  salsa20(key: number, datagrams: number, count: number): void;
  /**
   * Writes `blocks` counter blocks of 16 bytes at `to`: the 12-byte nonce, then a big-endian count from 1
   * (NIST SP 800-38D, section 7.1); `to` is 4-aligned.
   */
  counters(to: number, nonce: number, blocks: number): void;
  /**
   * GHASH (NIST SP 800-38D, section 6.4) of bytes[from..from+length), zero-padded, and the block of lengths that follows
   * where there is no additional data. Writes 16 bytes at `to`; `table` is the 16 KB of `ghashTable`, 16-aligned.
   */
  ghash(to: number, table: number, from: number, length: number): void;
  /** Only where it beats the ciphers' TypeScript. */
  readonly cfb?: Readonly<Record<LaneCipher, CfbStep>>;
}
