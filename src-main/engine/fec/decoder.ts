import type { Counters } from '../../../shared/counters.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { Autotune, type Shape } from './autotune.ts';
import { recoveryWeights } from './code.ts';
import { type Group, STRIDE } from './group.ts';
import { GroupWindow } from './group-window.ts';
import { checkShards, DATA, SHARD_OFFSET, TYPE_OFFSET, wrapOf } from './packet.ts';

/** Shards made in one pass over their sources: what the kernel's registers hold. */
const ROWS = 4;
/** Of the field `size`, which begins a shard. */
const SIZE_BYTES = 2;

/**
 * Makes lost data packets from the parity of their group. Where the peer's groups are not shaped as configured, it
 * learns their shape; made with 0 and 0, as by a receiver with FEC off, it learns it from the start.
 */
export class FecDecoder {
  readonly #autotune = new Autotune();
  readonly #window: GroupWindow;
  #shape: Shape | undefined;
  #wrap = 0;
  #learning = true;

  /**
   * @param onRecovered takes KCP's bytes of a recovered packet, bytes[offset..offset + length), valid during the call
   * @throws OptionError (see checkShards)
   */
  constructor(
    private readonly kernel: Kernel,
    dataShards: number,
    parityShards: number,
    private readonly counters: Counters,
    private readonly onRecovered: (bytes: Uint8Array, offset: number, length: number) => void,
  ) {
    this.#window = new GroupWindow(kernel);
    if (dataShards !== 0 || parityShards !== 0) this.#reshape(dataShards, parityShards);
  }

  /** 0 before the first shape is learnt. */
  get dataShards(): number {
    return this.#shape?.dataShards ?? 0;
  }

  get parityShards(): number {
    return this.#shape?.parityShards ?? 0;
  }

  /** Data shards the peer has sent, to tell by its seqids, leaving aside those of its newest groups. */
  get expected(): number {
    return this.#window.expected;
  }

  /** How many of `expected` have come. */
  get received(): number {
    return this.#window.received;
  }

  /**
   * Takes a data or parity packet (see fecKind), from seqid on, of FEC_HEADER_BYTES to MAX_DATAGRAM bytes. KCP's bytes
   * in a data packet are the caller's to hand on.
   */
  input(offset: number, length: number): void {
    const { view } = this.kernel;
    const seqid = view.getUint32(offset, true);
    const isData = view.getUint16(offset + TYPE_OFFSET, true) === DATA;
    this.#autotune.sample(seqid, isData);
    const shape = this.#shape;
    if (shape) {
      if (seqid >= this.#wrap) return;
      const size = shape.dataShards + shape.parityShards;
      const index = seqid % size;
      if (index < shape.dataShards !== isData) this.#learning = true;
      if (!this.#learning) {
        this.#take(
          shape,
          (seqid - index) / size,
          index,
          isData,
          offset + SHARD_OFFSET,
          length - SHARD_OFFSET,
        );
      }
    }
    if (this.#learning) this.#learn();
  }

  /** Gives the kernel memory back. */
  dispose(): void {
    this.#window.close();
  }

  #take(
    { dataShards, parityShards }: Shape,
    number: number,
    index: number,
    isData: boolean,
    shard: number,
    length: number,
  ): void {
    const { counters } = this;
    const group = this.#window.take(number);
    if (!group || group.seen(index)) return;
    counters.FECShardSet = this.#window.held;
    counters.FECShardMin = this.#window.newest;
    if (!isData) counters.FECParityShards++;
    group.see(index, isData);
    const shards = group.data + group.parity;
    // With more than enough nothing is missing any more.
    if (shards > dataShards) return;
    group.keep(index, shard, length);
    if (shards < dataShards) return;
    if (group.data === shards) counters.FECFullShards++;
    else this.#recover(group, dataShards, parityShards);
    group.release();
  }

  #recover(group: Group, dataShards: number, parityShards: number): void {
    const { counters } = this;
    const { bytes, view, gfMulAdd, arena } = this.kernel;
    const missing: number[] = [];
    const sources: number[] = [];
    for (let i = 0; i < dataShards + parityShards; i++) {
      if (group.seen(i)) sources.push(i);
      else if (i < dataShards) missing.push(i);
    }

    if (group.kept < dataShards) {
      counters.FECErrs++;
      return;
    }
    const rows = arena.alloc(ROWS * STRIDE + ROWS);
    const column = rows + ROWS * STRIDE;
    const weights = recoveryWeights(sources, missing);
    const { longest } = group;
    // Nothing is kept any more once whoever took a recovered packet has disposed of this decoder.
    for (let first = 0; first < missing.length && group.kept > 0; first += ROWS) {
      const count = Math.min(ROWS, missing.length - first);
      bytes.fill(0, rows, rows + count * STRIDE);
      for (let s = 0; s < dataShards; s++) {
        for (let r = 0; r < count; r++) bytes[column + r] = weights[s * missing.length + first + r];
        gfMulAdd(rows, STRIDE, count, column, group.shard(sources[s]), group.length(sources[s]));
      }
      for (let at = rows; at < rows + count * STRIDE; at += STRIDE) {
        const size = view.getUint16(at, true);
        if (size < SIZE_BYTES || size > longest) {
          counters.FECErrs++;
          continue;
        }
        counters.FECRecovered++;
        this.onRecovered(bytes, at + SIZE_BYTES, size - SIZE_BYTES);
      }
    }
    arena.free(rows);
  }

  #learn(): void {
    const shape = this.#autotune.find();
    if (!shape) return;
    this.#learning = false;
    const { dataShards, parityShards } = shape;
    if (dataShards !== this.dataShards || parityShards !== this.parityShards) {
      this.#reshape(dataShards, parityShards);
    }
  }

  #reshape(dataShards: number, parityShards: number): void {
    checkShards(dataShards, parityShards);
    this.#shape = { dataShards, parityShards };
    this.#wrap = wrapOf(dataShards + parityShards);
    this.#window.reshape(dataShards, parityShards);
    this.#learning = false;
  }
}
