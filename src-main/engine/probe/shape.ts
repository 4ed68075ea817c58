import { MAX_GROUP } from '../fec/packet.ts';
import type { Shape } from '../fec/autotune.ts';

/** What is beyond is not looked at: many times what a server's answers fill. */
const SEQIDS = 4096;

/**
 * Which shapes of an FEC group agree with what has been seen of a sender's packets from seqid 0 on. A group begins at
 * every multiple of its size with its data, so each packet rules shapes out, wherever others are lost.
 */
export class ShapeSearch {
  readonly #data = new Set<number>();
  readonly #parity = new Set<number>();

  add(seqid: number, isData: boolean): void {
    if (seqid < SEQIDS) (isData ? this.#data : this.#parity).add(seqid);
  }

  get seen(): number {
    return this.#data.size + this.#parity.size;
  }

  /** Whether a packet of `seqid` has come, of either kind. */
  has(seqid: number): boolean {
    return this.#data.has(seqid) || this.#parity.has(seqid);
  }

  hasParity(from: number, to: number): boolean {
    return [...this.#parity].some((seqid) => seqid >= from && seqid < to);
  }

  get last(): number {
    return Math.max(-1, ...this.#data, ...this.#parity);
  }

  /** The only shape that agrees, once there is just one; it takes parity, and the data behind it. */
  find(): Shape | undefined {
    if (this.#parity.size === 0 || this.#data.size === 0) return undefined;
    let only: Shape | undefined;
    // a size past the last packet seen was not seen to end
    for (let size = 2; size <= Math.min(MAX_GROUP, this.last); size++) {
      const lastData = Math.max(...[...this.#data].map((seqid) => seqid % size));
      const firstParity = Math.min(...[...this.#parity].map((seqid) => seqid % size));
      if (lastData >= firstParity) continue;
      // the packets between the two were all lost: more than one border is possible
      if (only || firstParity !== lastData + 1) return undefined;
      only = { dataShards: firstParity, parityShards: size - firstParity };
    }
    return only;
  }
}
