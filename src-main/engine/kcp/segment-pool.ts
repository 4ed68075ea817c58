const SLAB_SEGMENTS = 32;

/** Buffers for the data of segments, all of one size, cut from slabs and used again last in, first out. */
export class SegmentPool {
  readonly #free: Uint8Array[] = [];

  constructor(readonly segmentBytes: number) {}

  take(): Uint8Array {
    return this.#free.pop() ?? this.#slab();
  }

  give(buffer: Uint8Array): void {
    this.#free.push(buffer);
  }

  #slab(): Uint8Array {
    const slab = new ArrayBuffer(SLAB_SEGMENTS * this.segmentBytes);
    for (let i = 1; i < SLAB_SEGMENTS; i++) {
      this.#free.push(new Uint8Array(slab, i * this.segmentBytes, this.segmentBytes));
    }
    return new Uint8Array(slab, 0, this.segmentBytes);
  }
}

/** The smallest power of two that is not below `n`. */
export const powerOfTwo = (n: number): number => 2 ** Math.ceil(Math.log2(Math.max(2, n)));
