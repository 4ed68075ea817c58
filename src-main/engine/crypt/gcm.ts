import type { PacketBatch } from '../kernel/batch.ts';
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
    const table = this.#scratch.load(this.#table);
    let keystream = this.#keystream(batch) + BLOCK;
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
    const table = this.#scratch.load(this.#table);
    const tag = this.#keystream(batch);
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
   * @returns the offset in scratch memory of room for a tag, then the keystream of each datagram that is long enough: one
   * block that masks the tag, and those for the body.
   */
  #keystream(batch: PacketBatch): number {
    const { kernel, count, offsets, lengths } = batch;
    // A body has at least 16 bytes less than the slot it lies in, which makes up for the block of the tag.
    const scratch = this.#scratch.take(BLOCK + batch.next - batch.start);
    let keystream = scratch + BLOCK;
    for (let i = 0; i < count; i++) {
      const length = lengths[i] - OVERHEAD;
      if (length < 0) continue;
      const bytes = keystreamBytes(length);
      kernel.counters(keystream, offsets[i], bytes / BLOCK);
      keystream += bytes;
    }
    this.encryptBlocks(kernel, scratch + BLOCK, keystream - scratch - BLOCK);
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

/** GHASH takes as many blocks at a time, with a power of the hash key for each. */
const POWERS = 4;

/**
 * For H, H^2, H^3 and H^4 in turn, H being the hash key: its products with byte 0 to 255 in front of 15 zero bytes, 16
 * bytes each; 16 KB in all.
 */
export function ghashTable(hashKey: Uint8Array): Uint8Array {
  const h = BigInt('0x' + Buffer.from(hashKey).toString('hex'));
  const table = Buffer.alloc(POWERS * 256 * BLOCK);
  for (let n = 0, power = h; n < POWERS; n++, power = multiply(power, h)) {
    const multiples = [power];
    while (multiples.length < 8) multiples.push(timesX(multiples[multiples.length - 1]));
    for (let byte = 0; byte < 256; byte++) {
      const product = multiples.reduce(
        (sum, multiple, bit) => (byte & (0x80 >> bit) ? sum ^ multiple : sum),
        0n,
      );
      table.write(product.toString(16).padStart(32, '0'), BLOCK * (256 * n + byte), 'hex');
    }
  }
  return table;
}

// GCM's field (section 6.3) counts bits from the most significant.
const timesX = (x: bigint): bigint => (x >> 1n) ^ (x & 1n ? 0xe1n << 120n : 0n);

function multiply(x: bigint, y: bigint): bigint {
  let product = 0n;
  for (let bit = 1n << 127n; bit > 0n; bit >>= 1n, y = timesX(y)) if (x & bit) product ^= y;
  return product;
}
