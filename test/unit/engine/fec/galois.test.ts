import { describe, expect, it } from 'vitest';
import { parityWeights, recoveryWeights } from '../../../../src-main/engine/fec/code.ts';
import { divide, multiply } from '../../../../src-main/engine/fec/galois.ts';
import { multiplySlowly } from '../../../reference/galois.ts';
import { inverse, type Matrix, parityMatrix, product } from '../../../reference/vandermonde.ts';
import { fecVectors } from './vectors.ts';

/** The weights as a matrix with a row for each of `count` targets. */
const rows = (weights: Uint8Array, count: number): Matrix =>
  Array.from({ length: count }, (_, t) => weights.filter((_, i) => i % count === t));

describe('GF(2^8)', () => {
  it('multiplies and divides as the bit-by-bit twin does', () => {
    const wrong: number[][] = [];
    for (let a = 0; a < 256; a++) {
      for (let b = 0; b < 256; b++) {
        if (multiply(a, b) !== multiplySlowly(a, b)) wrong.push([a, b]);
        if (b > 0 && multiplySlowly(divide(a, b), b) !== a) wrong.push([a, b]);
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe('the code', () => {
  it.each(fecVectors.reedSolomon)('gives the parity of the vector $dataShards+$parityShards', (vector) => {
    const { dataShards, parityShards } = vector;
    const data = vector.dataHex.map((hex) => Buffer.from(hex, 'hex'));
    const parity = product(rows(parityWeights(dataShards, parityShards), parityShards), data);
    expect(parity.map((row) => Buffer.from(row).toString('hex'))).toEqual(vector.parityHex);
  });

  it.each([
    [1, 1],
    [10, 3],
    [20, 40],
  ])('of %d+%d is that of the Vandermonde matrix', (dataShards, parityShards) => {
    expect(rows(parityWeights(dataShards, parityShards), parityShards)).toEqual(
      parityMatrix(dataShards, parityShards),
    );
  });

  it('recovers as the inverse of what is left of the matrix does', () => {
    const identity = Array.from({ length: 6 }, (_, i) =>
      Uint8Array.from({ length: 6 }, (_, j) => Number(i === j)),
    );
    const code = [...identity, ...parityMatrix(6, 4)];
    const sources = [0, 2, 5, 6, 8, 9];
    const missing = [1, 3, 4];
    const inverted = inverse(sources.map((shard) => code[shard]));
    for (let again = 0; again < 2; again++) {
      expect(rows(recoveryWeights(sources, missing), 3)).toEqual(missing.map((shard) => inverted[shard]));
    }
  });
});
