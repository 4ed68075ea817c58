import { MAX_GROUP } from './packet.ts';

/** A whole group of the largest size and both its edges (kcp-go's maxAutoTuneSamples). */
const SAMPLES = MAX_GROUP + 2;
const FIRST_SAMPLES = 8;
/** what `find` sorts in, for all */
const sortingRoom = new Float64Array(SAMPLES);

export interface Shape {
  dataShards: number;
  parityShards: number;
}

/**
 * Learns the shape of the peer's groups from which of its latest packets are data and which parity: a run of data
 * shards and then one of parity shards, in consecutive seqids from one edge to the next, is a group.
 *
 * kcp-go looks at the oldest run only and so learns nothing where a packet of that one is lost; here any whole group
 * will do, and it must begin where a group of its size can.
 */
export class Autotune {
  /** twice the seqid, and 1 more for data; grows to SAMPLES */
  #samples = new Float64Array(FIRST_SAMPLES);
  #count = 0;
  #next = 0;

  sample(seqid: number, isData: boolean): void {
    this.#samples[this.#next] = 2 * seqid + Number(isData);
    if (this.#count < SAMPLES && ++this.#count === this.#samples.length) this.#grow();
    this.#next = (this.#next + 1) % this.#samples.length;
  }

  #grow(): void {
    const samples = new Float64Array(Math.min(2 * this.#count, SAMPLES));
    samples.set(this.#samples);
    this.#samples = samples;
  }

  /** @returns the shape of a whole group among the samples, if there is one */
  find(): Shape | undefined {
    if (this.#count === 0) return undefined;
    // Sorted by seqid mod 2^32, each as twice its signed distance from one of them, plus 1 for data.
    const origin = Math.floor(this.#samples[0] / 2);
    const sorted = sortingRoom.subarray(0, this.#count);
    for (let i = 0; i < sorted.length; i++) {
      const sample = this.#samples[i];
      sorted[i] = ((Math.floor(sample / 2) - origin) | 0) * 2 + (sample % 2);
    }
    sorted.sort();

    let last = NaN;
    let wasData = false;
    /** where this group's data began, and its parity; NaN where that was not seen */
    let data = NaN;
    let parity = NaN;
    for (const sample of sorted) {
      const at = Math.floor(sample / 2);
      const isData = sample % 2 !== 0;
      if (at === last && isData === wasData) continue;
      const consecutive = at === last + 1;
      if (!consecutive) data = parity = NaN;
      if (isData && consecutive && !wasData) {
        const shape = { dataShards: parity - data, parityShards: at - parity };
        const size = at - data;
        if (size <= MAX_GROUP && ((data + origin) >>> 0) % size === 0) return shape;
        data = at;
        parity = NaN;
      } else if (isData && (at + origin) >>> 0 === 0) {
        data = at;
      } else if (!isData && consecutive && wasData) {
        parity = at;
      }
      last = at;
      wasData = isData;
    }
    return undefined;
  }
}
