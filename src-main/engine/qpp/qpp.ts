import { MAX_UINT16 } from '../../../shared/wire.ts';
import { OptionError } from '../errors.ts';
import { generatorSeed, invertPads, PAD_BYTES, shufflePads } from './pads.ts';
import { Xoshiro256 } from './xoshiro256.ts';

/** Bytes taken from a number drawn. */
const DRAW_BYTES = 8;

/** What a tunnel's streams share. */
export interface Qpp {
  /** For one direction of one stream. */
  cipher(): QppCipher;
}

/**
 * A byte cipher over the payload of a stream: each byte is XORed with a random byte, and permuted by a pad that is
 * chosen at random every eight bytes (Kuang and Barbeau, "Quantum permutation pad for universal quantum-safe
 * cryptography", 2022; here as the newest kcptun has it).
 *
 * Making the pads takes tens of milliseconds: once for a tunnel, whose streams all begin alike.
 * @param key the configured key itself
 * @throws OptionError
 */
export function createQpp(key: Uint8Array | string, count: number): Qpp {
  if (!Number.isInteger(count) || count < 1 || count > MAX_UINT16) {
    throw new OptionError('qpp-count', String(count), `an integer from 1 to ${MAX_UINT16}`);
  }
  const secret = typeof key === 'string' ? Buffer.from(key) : key;
  const pads = shufflePads(secret, count);
  const inverted = invertPads(pads);
  const seed = generatorSeed(secret);
  return {
    cipher: () => new QppCipher(pads, inverted, count, seed),
  };
}

/** Enciphers or deciphers, in place, the bytes of one direction of one stream, in pieces of any length. */
export class QppCipher {
  readonly #generator: Xoshiro256;
  /** bytes used of the number drawn last */
  #used = DRAW_BYTES;
  /** where in the pads the pad for them lies */
  #pad = 0;

  constructor(
    private readonly pads: Uint8Array,
    private readonly inverted: Uint8Array,
    private readonly count: number,
    seed: Uint8Array,
  ) {
    this.#generator = new Xoshiro256(seed);
  }

  encrypt(bytes: Uint8Array, offset: number, length: number): void {
    const table = this.pads;
    for (const end = offset + length; offset < end;) {
      const drawn = this.#draw();
      const pad = this.#pad;
      let used = this.#used;
      while (used < DRAW_BYTES && offset < end) {
        bytes[offset] = table[pad | (bytes[offset] ^ drawn[used++])];
        offset++;
      }
      this.#used = used;
    }
  }

  decrypt(bytes: Uint8Array, offset: number, length: number): void {
    const table = this.inverted;
    for (const end = offset + length; offset < end;) {
      const drawn = this.#draw();
      const pad = this.#pad;
      let used = this.#used;
      while (used < DRAW_BYTES && offset < end) {
        bytes[offset] = table[pad | bytes[offset]] ^ drawn[used++];
        offset++;
      }
      this.#used = used;
    }
  }

  /** The random bytes at hand; a new number is drawn if the last is used up. */
  #draw(): Uint8Array {
    const { drawn } = this.#generator;
    if (this.#used === DRAW_BYTES) {
      this.#generator.next();
      this.#used = 0;
      this.#pad = ((drawn[0] | (drawn[1] << 8)) % this.count) * PAD_BYTES;
    }
    return drawn;
  }
}
