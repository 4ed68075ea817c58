import type { Kernel } from '../kernel/kernel.ts';
import { parityWeights } from './code.ts';
import { STRIDE } from './group.ts';
import { checkShards, DATA, PARITY, SHARD_OFFSET, TYPE_OFFSET, wrapOf } from './packet.ts';

/** Parity of a group whose last two packets are this far apart is not sent (the newest kcp-go's maxFECEncodeLatency). */
const MAX_GAP_MS = 500;

/**
 * Puts packets into groups and makes the parity of each. Data goes out at once: a shard is added to the parity as it
 * passes and not kept. A longer shard than those before just reaches further into the parity, which is what padding
 * the others with zeros would give.
 */
export class FecEncoder {
  readonly #groupSize: number;
  readonly #wrap: number;
  /** kernel offsets: the parity weights, and the parity shards, STRIDE apart */
  readonly #weights: number;
  readonly #parity: number;
  #seqid = 0;
  #parityId = 0;
  /** data shards of this group so far */
  #count = 0;
  /** bytes of the longest shard of this group */
  #longest = 0;
  #lastAt = -Infinity;

  /** @throws EngineError `bad-option` (see checkShards), `out-of-memory` */
  constructor(
    private readonly kernel: Kernel,
    private readonly dataShards: number,
    private readonly parityShards: number,
  ) {
    checkShards(dataShards, parityShards);
    this.#groupSize = dataShards + parityShards;
    this.#wrap = wrapOf(this.#groupSize);
    this.#weights = kernel.arena.alloc(dataShards * parityShards);
    this.#parity = kernel.arena.alloc(parityShards * STRIDE);
    kernel.bytes.set(parityWeights(dataShards, parityShards), this.#weights);
    kernel.bytes.fill(0, this.#parity, this.#parity + parityShards * STRIDE);
  }

  /**
   * Writes the header of a data packet: bytes[offset..offset + 8) is room for it, KCP's bytes follow, and `length`, at
   * most MAX_DATAGRAM, counts both.
   * @returns how many parity packets are due now; they are to be written before the next packet is sealed.
   */
  sealData(offset: number, length: number, nowMs: number): number {
    const { bytes, view, gfMulAdd } = this.kernel;
    const { parityShards } = this;
    const size = length - SHARD_OFFSET;
    view.setUint32(offset, this.#seqid, true);
    view.setUint16(offset + TYPE_OFFSET, DATA, true);
    view.setUint16(offset + SHARD_OFFSET, size, true);
    this.#advance(1);

    if (this.#count === 0) {
      bytes.fill(0, this.#parity, this.#parity + (parityShards - 1) * STRIDE + this.#longest);
      this.#longest = 0;
    }
    gfMulAdd(
      this.#parity,
      STRIDE,
      parityShards,
      this.#weights + this.#count * parityShards,
      offset + SHARD_OFFSET,
      size,
    );
    if (size > this.#longest) this.#longest = size;

    const gap = nowMs - this.#lastAt;
    this.#lastAt = nowMs;
    if (++this.#count < this.dataShards) return 0;
    this.#count = 0;
    this.#parityId = this.#seqid;
    this.#advance(parityShards);
    return gap < MAX_GAP_MS ? parityShards : 0;
  }

  /** Writes parity packet `index` of the group just completed. @returns its length */
  writeParity(index: number, offset: number): number {
    const { bytes, view } = this.kernel;
    const from = this.#parity + index * STRIDE;
    view.setUint32(offset, this.#parityId + index, true);
    view.setUint16(offset + TYPE_OFFSET, PARITY, true);
    bytes.copyWithin(offset + SHARD_OFFSET, from, from + this.#longest);
    return SHARD_OFFSET + this.#longest;
  }

  /** Gives the kernel memory back; the encoder must not be used afterwards. */
  dispose(): void {
    this.kernel.arena.free(this.#weights);
    this.kernel.arena.free(this.#parity);
  }

  #advance(packets: number): void {
    this.#seqid = (this.#seqid + packets) % this.#wrap;
  }
}
