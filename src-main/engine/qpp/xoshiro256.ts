/** xoshiro256** (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021), in 32-bit halves. */
export class Xoshiro256 {
  /** The halves of the latest number, as signed 32-bit integers. */
  low = 0;
  high = 0;
  /** s0 to s3, each as its low and its high half */
  readonly #state = new Int32Array(8);

  /** @param seed the state: four 64-bit words, little-endian */
  constructor(seed: Uint8Array) {
    const view = new DataView(seed.buffer, seed.byteOffset, seed.byteLength);
    for (let i = 0; i < 8; i++) this.#state[i] = view.getInt32(4 * i, true);
  }

  /** Draws the next number. */
  next(): void {
    const s = this.#state;
    const low = s[2];
    const high = s[3];
    this.#times(low, high, 2);
    const rotated = (this.low << 7) | (this.high >>> 25);
    this.#times(rotated, (this.high << 7) | (this.low >>> 25), 3);

    s[4] ^= s[0];
    s[5] ^= s[1];
    s[6] ^= low;
    s[7] ^= high;
    s[2] ^= s[4];
    s[3] ^= s[5];
    s[0] ^= s[6];
    s[1] ^= s[7];
    s[4] ^= low << 17;
    s[5] ^= (high << 17) | (low >>> 15);
    // rotl 45: the halves change places, and rotl 13.
    const [l, h] = [s[6], s[7]];
    s[6] = (h << 13) | (l >>> 19);
    s[7] = (l << 13) | (h >>> 19);
  }

  /** Leaves x + (x << shift): x times 5 with a shift of 2, times 9 with one of 3. */
  #times(low: number, high: number, shift: number): void {
    const sum = (low >>> 0) + ((low << shift) >>> 0);
    this.low = sum | 0;
    this.high = (high + ((high << shift) | (low >>> (32 - shift))) + (sum > 0xffffffff ? 1 : 0)) | 0;
  }
}
