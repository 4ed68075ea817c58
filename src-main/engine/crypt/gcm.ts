import type { PacketBatch } from '../batch.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { PacketCrypt } from './crypt.ts';
import type { EncryptBlocks } from './ecb.ts';
import type { RandomPool } from './random-pool.ts';
import { type Scratch, scratchOf } from './scratch.ts';

// nonce (12 random) | ciphertext of the body | tag (16); no additional data
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const OVERHEAD = NONCE_BYTES + TAG_BYTES;
const BLOCK = 16;

/**
 * Galois/counter mode (NIST SP 800-38D) over a batch: the counter blocks of all its datagrams go through the block cipher
 * in one call, the rest runs in the kernel.
 */
export class Gcm implements PacketCrypt {
  readonly head = NONCE_BYTES;
  readonly tail = TAG_BYTES;
  readonly #scratch: Scratch;
  readonly #table: Uint8Array;

  constructor(
    readonly name: string,
    kernel: Kernel,
    private readonly encryptBlocks: EncryptBlocks,
    private readonly random: RandomPool,
  ) {
    this.#scratch = scratchOf(kernel);
    const h = this.#scratch.take(BLOCK);
    kernel.bytes.fill(0, h, h + BLOCK);
    encryptBlocks(kernel, h, BLOCK);
    this.#table = ghashTable(kernel.bytes.subarray(h, h + BLOCK));
  }

  seal(batch: PacketBatch): void {
    const { kernel, count, offsets, lengths } = batch;
    for (let i = 0; i < count; i++) this.random.write(kernel.words, offsets[i] >> 2, NONCE_BYTES >> 2);
    const table = this.#prepare(batch);
    let keystream = table + this.#table.length + BLOCK;
    for (let i = 0; i < count; i++) {
      const body = offsets[i] + NONCE_BYTES;
      const length = lengths[i] - OVERHEAD;
      const tag = body + length;
      kernel.xor(body, body, keystream + BLOCK, length);
      kernel.ghash(tag, table, body, length);
      kernel.xor(tag, tag, keystream, TAG_BYTES);
      keystream += keystreamBytes(length);
    }
  }

  open(batch: PacketBatch): void {
    const { kernel, count, offsets, lengths, ok } = batch;
    const table = this.#prepare(batch);
    const tag = table + this.#table.length;
    let keystream = tag + BLOCK;
    for (let i = 0; i < count; i++) {
      const body = offsets[i] + NONCE_BYTES;
      const length = lengths[i] - OVERHEAD;
      ok[i] = 0;
      if (length < 0) continue;
      kernel.ghash(tag, table, body, length);
      kernel.xor(tag, tag, keystream, TAG_BYTES);
      ok[i] = sameTag(kernel.view, tag, body + length);
      if (ok[i]) kernel.xor(body, body, keystream + BLOCK, length);
      keystream += keystreamBytes(length);
    }
  }

  /**
   * @returns the offset in scratch memory of: the table of GHASH, room for a tag, then the keystream of each datagram
   * that is long enough: one block that masks the tag, and those for the body.
   */
  #prepare(batch: PacketBatch): number {
    const { kernel, count, offsets, lengths } = batch;
    const before = this.#table.length + BLOCK;
    // A body has at least 16 bytes less than the slot it lies in, which makes up for the block of the tag.
    const scratch = this.#scratch.take(before + batch.next - batch.start);
    kernel.bytes.set(this.#table, scratch);
    let keystream = scratch + before;
    for (let i = 0; i < count; i++) {
      const length = lengths[i] - OVERHEAD;
      if (length < 0) continue;
      const bytes = keystreamBytes(length);
      kernel.counters(keystream, offsets[i], bytes / BLOCK);
      keystream += bytes;
    }
    this.encryptBlocks(kernel, scratch + before, keystream - scratch - before);
    return scratch;
  }
}

const keystreamBytes = (length: number): number => BLOCK * (1 + ((length + BLOCK - 1) >> 4));

/** 1 where the tags are equal, else 0, in a time that does not tell how much of them is. */
function sameTag(view: DataView, a: number, b: number): number {
  let difference = 0;
  for (let i = 0; i < TAG_BYTES; i += 4) difference |= view.getUint32(a + i) ^ view.getUint32(b + i);
  return difference === 0 ? 1 : 0;
}

/**
 * The products of the hash key with every nibble of a block (Shoup's tables), 8 KB: for byte 0 to 15, its low nibble 0 to
 * 15, then its high nibble 0 to 15, 16 bytes each.
 */
export function ghashTable(hashKey: Uint8Array): Uint8Array {
  // powers[k] = hashKey * x^k: GCM counts bits from the most significant of byte 0 (section 6.3).
  const powers: bigint[] = [];
  let power = BigInt('0x' + Buffer.from(hashKey).toString('hex'));
  for (let k = 0; k < 128; k++) {
    powers.push(power);
    power = (power >> 1n) ^ (power & 1n ? 0xe1n << 120n : 0n);
  }
  const table = Buffer.alloc(16 * 2 * 16 * 16);
  for (let i = 0; i < 512; i++) {
    const firstBit = 8 * (i >> 5) + (i & 16 ? 0 : 4);
    let product = 0n;
    for (let bit = 0; bit < 4; bit++) if (i & (8 >> bit)) product ^= powers[firstBit + bit];
    table.write(product.toString(16).padStart(32, '0'), 16 * i, 'hex');
  }
  return table;
}
