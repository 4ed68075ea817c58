import { multiplySlowly as multiply } from './galois.ts';

/** Rows of bytes, each an element of GF(2^8). */
export type Matrix = Uint8Array[];

/** a^254 is 1 / a: the nonzero elements are a group of 255. */
const power = (base: number, exponent: number): number =>
  exponent === 0 ? 1 : multiply(base, power(base, exponent - 1));

export const product = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) =>
    Uint8Array.from(b[0], (_, column) => row.reduce((sum, x, i) => sum ^ multiply(x, b[i][column]), 0)),
  );

/** The inverse of a square matrix, by Gauss and Jordan. @throws RangeError where there is none. */
export function inverse(matrix: Matrix): Matrix {
  const size = matrix.length;
  const left = matrix.map((row) => row.slice());
  const right = matrix.map((_, i) => Uint8Array.from({ length: size }, (_, j) => Number(i === j)));
  for (let column = 0; column < size; column++) {
    const pivot = left.findIndex((row, i) => i >= column && row[column] !== 0);
    if (pivot < 0) throw new RangeError('the matrix is singular');
    for (const rows of [left, right]) [rows[column], rows[pivot]] = [rows[pivot], rows[column]];
    const scale = power(left[column][column], 254);
    for (const rows of [left, right]) rows[column] = rows[column].map((x) => multiply(x, scale));
    for (let i = 0; i < size; i++) {
      const factor = left[i][column];
      if (i === column || factor === 0) continue;
      for (const rows of [left, right]) {
        const from = rows[column];
        const to = rows[i];
        for (let j = 0; j < size; j++) to[j] ^= multiply(factor, from[j]);
      }
    }
  }
  return right;
}

/**
 * The parity rows of the systematic code, `parityShards` x `dataShards`: the Vandermonde matrix V[r][c] = r^c times the
 * inverse of its top square, as Backblaze's library builds them.
 */
export function parityMatrix(dataShards: number, parityShards: number): Matrix {
  const vandermonde = Array.from({ length: dataShards + parityShards }, (_, row) =>
    Uint8Array.from({ length: dataShards }, (_, column) => power(row, column)),
  );
  return product(vandermonde.slice(dataShards), inverse(vandermonde.slice(0, dataShards)));
}
