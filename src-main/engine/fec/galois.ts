/** The generator 2 of GF(2^8) modulo x^8 + x^4 + x^3 + x^2 + 1 (0x11d), the field of the Backblaze code. */
const POLYNOMIAL = 0x11d;

/** exponents[i] = 2^i, over two periods, so that a sum of two logarithms needs no reduction. */
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

/** 1 / a, for a other than 0. */
export const reciprocal = (a: number): number => exponents[255 - logarithms[a]];

/** base^exponent; 0^0 is 1. */
export const power = (base: number, exponent: number): number => {
  if (exponent === 0) return 1;
  return base === 0 ? 0 : exponents[(logarithms[base] * exponent) % 255];
};
