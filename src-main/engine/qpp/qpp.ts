import { EngineError } from '../errors.ts';
import { generatorSeed, invertPads, MIN_SEED_BYTES, shufflePads } from './pads.ts';
import { Xoshiro256 } from './xoshiro256.ts';

const MIN_PADS = 7;
const MAX_PADS = 65535;
/** Bytes taken from a number drawn. */
const DRAW_BYTES = 8;

/** What a tunnel's streams share. */
export interface Qpp {
  /** What makes this key or count weaker than QPP can be, for people to read; it is used all the same. */
  readonly warnings: readonly string[];
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
 * @throws EngineError `bad-option`
 */
export function createQpp(key: Uint8Array | string, count: number): Qpp {
  if (!Number.isInteger(count) || count < 1 || count > MAX_PADS) {
    throw new EngineError(
      'bad-option',
      `qpp-count ${count}: a whole number from 1 to ${MAX_PADS} is expected`,
    );
  }
  const secret = typeof key === 'string' ? Buffer.from(key) : key;
  const pads = shufflePads(secret, count);
  const inverted = invertPads(pads);
  const seed = generatorSeed(secret);
  return {
    warnings: warningsOf(secret.length, count),
    cipher: () => new QppCipher(pads, inverted, count, seed),
  };
}

function warningsOf(keyBytes: number, count: number): string[] {
  const warnings: string[] = [];
  if (keyBytes < MIN_SEED_BYTES) {
    warnings.push(`QPP: the key has ${keyBytes} bytes; ${MIN_SEED_BYTES} or more are advised`);
  }
  if (count < MIN_PADS) warnings.push(`QPP: qpp-count is ${count}; ${MIN_PADS} or more are advised`);
  if (count % 2 === 0) warnings.push(`QPP: qpp-count is ${count}; an odd number (coprime to 8) is advised`);
  return warnings;
}

/** Enciphers or deciphers, in place, the bytes of one direction of one stream, in pieces of any length. */
export class QppCipher {
  readonly #generator: Xoshiro256;
  /** bytes taken from the number drawn last */
  #taken = 0;
  /** where in the pads the pad of the number drawn last lies */
  #pad = 0;

  constructor(
    private readonly pads: Uint8Array,
    private readonly inverted: Uint8Array,
    private readonly count: number,
    seed: Uint8Array,
  ) {
    this.#generator = new Xoshiro256(seed);
    this.#draw();
  }

  encrypt(bytes: Uint8Array, offset: number, length: number): void {
    const { pads } = this;
    for (const end = offset + length; offset < end; offset++) {
      const random = this.#take();
      bytes[offset] = pads[this.#pad | (bytes[offset] ^ random)];
    }
  }

  decrypt(bytes: Uint8Array, offset: number, length: number): void {
    const { inverted } = this;
    for (const end = offset + length; offset < end; offset++) {
      const random = this.#take();
      bytes[offset] = inverted[this.#pad | bytes[offset]] ^ random;
    }
  }

  /** The next random byte; `#pad` is then the one for it. */
  #take(): number {
    if (this.#taken === DRAW_BYTES) this.#draw();
    const { low, high } = this.#generator;
    const at = this.#taken++;
    return ((at < 4 ? low : high) >>> (8 * (at & 3))) & 0xff;
  }

  #draw(): void {
    this.#generator.next();
    this.#taken = 0;
    this.#pad = ((this.#generator.low & 0xffff) % this.count) * 256;
  }
}
