import type { Kernel } from '../kernel/kernel.ts';
import { parityWeights } from './code.ts';
import { ParityShards } from './parity-shards.ts';
import { checkShards, DATA, PARITY, SHARD_OFFSET, TYPE_OFFSET, wrapOf } from './packet.ts';

/** Parity of a group whose last two packets are this far apart is not sent (the newest kcp-go's maxFECEncodeLatency). */
const MAX_GAP_MS = 500;

const weightsOf = new WeakMap<Kernel, Map<string, number>>();

/** Where the parity weights of a shape lie in a kernel's memory: all its encoders read the same. */
function sharedWeights(kernel: Kernel, dataShards: number, parityShards: number): number {
  let shapes = weightsOf.get(kernel);
  if (!shapes) weightsOf.set(kernel, (shapes = new Map<string, number>()));
  const shape = `${dataShards}+${parityShards}`;
  let at = shapes.get(shape);
  if (at === undefined) {
    at = kernel.arena.alloc(dataShards * parityShards);
    kernel.bytes.set(parityWeights(dataShards, parityShards), at);
    shapes.set(shape, at);
  }
  return at;
}

/**
 * Puts packets into groups and makes the parity of each. Data goes out at once: a shard is added to the parity as it
 * passes and not kept. A longer shard than those before just reaches further into the parity, which is what padding
 * the others with zeros would give.
 */
export class FecEncoder {
  readonly #groupSize: number;
  readonly #wrap: number;
  /** kernel offset */
  readonly #weights: number;
  readonly #parity: ParityShards;
  #seqid = 0;
  #parityId = 0;
  /** data shards of this group so far */
  #count = 0;
  #lastAt = -Infinity;
  /** Parity packets of the groups that begin from now on, at most `parityShards`; their seqids are passed over all the same. */
  parity: number;
  /** of the present group */
  #rows = 0;

  /** @throws OptionError (see checkShards), EngineError `out-of-memory` */
  constructor(
    private readonly kernel: Kernel,
    private readonly dataShards: number,
    private readonly parityShards: number,
  ) {
    checkShards(dataShards, parityShards);
    this.parity = parityShards;
    this.#groupSize = dataShards + parityShards;
    this.#wrap = wrapOf(this.#groupSize);
    this.#weights = sharedWeights(kernel, dataShards, parityShards);
    this.#parity = new ParityShards(kernel, parityShards);
  }

  /**
   * Writes the header of a data packet: bytes[offset..offset + 8) is room for it, KCP's bytes follow, and `length`, at
   * most MAX_DATAGRAM, counts both.
   * @returns how many parity packets are due now; they are to be written before the next packet is sealed.
   */
  sealData(offset: number, length: number, nowMs: number): number {
    const { view } = this.kernel;
    const { parityShards } = this;
    const size = length - SHARD_OFFSET;
    view.setUint32(offset, this.#seqid, true);
    view.setUint16(offset + TYPE_OFFSET, DATA, true);
    view.setUint16(offset + SHARD_OFFSET, size, true);
    this.#advance(1);

    if (this.#count === 0) {
      this.#parity.clear();
      this.#rows = this.parity;
    }
    const weights = this.#weights + this.#count * parityShards;
    if (this.#rows > 0) this.#parity.add(weights, offset + SHARD_OFFSET, size, this.#rows);

    const gap = nowMs - this.#lastAt;
    this.#lastAt = nowMs;
    if (++this.#count < this.dataShards) return 0;
    this.#count = 0;
    this.#parityId = this.#seqid;
    this.#advance(parityShards);
    return gap < MAX_GAP_MS && !this.#parity.missing ? this.#rows : 0;
  }

  /** Whether the packet sealed last was the last of its group. */
  get between(): boolean {
    return this.#count === 0;
  }

  /** Writes parity packet `index` of the group just completed. @returns its length */
  writeParity(index: number, offset: number): number {
    const { view, copy } = this.kernel;
    const { longest } = this.#parity;
    view.setUint32(offset, this.#parityId + index, true);
    view.setUint16(offset + TYPE_OFFSET, PARITY, true);
    copy(offset + SHARD_OFFSET, this.#parity.offset(index), longest);
    return SHARD_OFFSET + longest;
  }

  /** Gives the kernel memory back; the encoder must not be used afterwards. */
  dispose(): void {
    this.#parity.dispose();
  }

  #advance(packets: number): void {
    this.#seqid = (this.#seqid + packets) % this.#wrap;
  }
}
