/**
 * xoshiro256** (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021), in 32-bit halves.
 * Like the kernel's, its words are the host's, which is little-endian wherever Node and Electron run.
 */
export class Xoshiro256 {
  /** The number drawn last, little-endian. */
  readonly drawn = new Uint8Array(8);
  readonly #number = new Int32Array(this.drawn.buffer);
  /** s0 to s3, each as its low and its high half */
  readonly #state: Int32Array;

  /** @param seed the state: four 64-bit words, little-endian */
  constructor(seed: Uint8Array) {
    this.#state = new Int32Array(Uint8Array.from(seed).buffer);
  }

  /** Draws the next number. */
  next(): void {
    const s = this.#state;
    const s1 = s[2];
    const s1High = s[3];

    // rotl(s1 * 5, 7) * 9; times 5 is x + (x << 2), times 9 is x + (x << 3).
    const x = (s1 + (s1 << 2)) | 0;
    const xHigh = (s1High + ((s1High << 2) | (s1 >>> 30)) + carry(s1, s1 << 2, x)) | 0;
    const y = (x << 7) | (xHigh >>> 25);
    const yHigh = (xHigh << 7) | (x >>> 25);
    const z = (y + (y << 3)) | 0;
    this.#number[0] = z;
    this.#number[1] = yHigh + ((yHigh << 3) | (y >>> 29)) + carry(y, y << 3, z);

    const s2 = s[4] ^ s[0];
    const s2High = s[5] ^ s[1];
    const s3 = s[6] ^ s1;
    const s3High = s[7] ^ s1High;
    s[2] = s1 ^ s2;
    s[3] = s1High ^ s2High;
    s[0] ^= s3;
    s[1] ^= s3High;
    s[4] = s2 ^ (s1 << 17);
    s[5] = s2High ^ ((s1High << 17) | (s1 >>> 15));
    // rotl 45: the halves change places, then rotl 13.
    s[6] = (s3High << 13) | (s3 >>> 19);
    s[7] = (s3 << 13) | (s3High >>> 19);
  }
}

/** What a + b = sum, all mod 2^32, carries. */
const carry = (a: number, b: number, sum: number): number => ((a & b) | ((a | b) & ~sum)) >>> 31;
