/** A small seeded generator for tests (mulberry32): floats in [0, 1), the same every time from one seed. */
export function seededRandom(seed: number): () => number {
  // signed, so that V8 keeps it in place: an unsigned one would be allocated anew with each number
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
