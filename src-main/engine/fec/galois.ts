/** The generator 2 of GF(2^8) modulo x^8 + x^4 + x^3 + x^2 + 1. */
const POLYNOMIAL = 0x11d;

/** exponents[i] = 2^i, over two periods, so that a sum or difference of two logarithms needs no reduction. */
const exponents = new Uint8Array(510);
const logarithms = new Uint8Array(256);
for (let i = 0, x = 1; i < 255; i++) {
  exponents[i] = exponents[i + 255] = x;
  logarithms[x] = i;
  x <<= 1;
  if (x > 255) x ^= POLYNOMIAL;
}

export const multiply = (a: number, b: number): number =>
  a === 0 || b === 0 ? 0 : exponents[logarithms[a] + logarithms[b]];

/** a / b, for b other than 0. */
export const divide = (a: number, b: number): number =>
  a === 0 ? 0 : exponents[logarithms[a] + 255 - logarithms[b]];

/**
 * What a polynomial's values at the points `from` add to its values at the points `to`, for a polynomial that they
 * determine (Lagrange): byte i * to.length + j is what from[i] adds to to[j]. The points all differ; a - b is a ^ b.
 */
export function interpolation(from: readonly number[], to: readonly number[]): Uint8Array {
  /** The product of the differences to all points of `from` but itself. */
  const spread = (point: number): number =>
    from.reduce((all, other) => (other === point ? all : multiply(all, other ^ point)), 1);
  const numerators = to.map(spread);
  return Uint8Array.from(
    from.flatMap((a) => {
      const denominator = spread(a);
      return to.map((b, j) => divide(numerators[j], multiply(a ^ b, denominator)));
    }),
  );
}
