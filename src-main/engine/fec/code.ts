import { interpolation } from './galois.ts';

/*
 * The systematic Reed-Solomon code of the reference: data shards are the values, byte by byte, of a polynomial at the
 * points 0 to dataShards - 1, parity shards its values at the points from there on. Written as a matrix this is the
 * Vandermonde matrix V[r][c] = r^c times the inverse of its top square, which is how Backblaze's and klauspost's
 * libraries come to the same bytes.
 */

const points = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);

/** Byte d * parityShards + p is what data shard d adds to parity shard p. */
export const parityWeights = (dataShards: number, parityShards: number): Uint8Array =>
  interpolation(points(0, dataShards), points(dataShards, parityShards));

const KEPT = 256;
const kept = new Map<string, Uint8Array>();

/**
 * What each of the shards `sources`, as many as there are data shards, adds to each of the shards `missing`: byte
 * s * missing.length + m. The latest are kept: a line loses in the same few patterns again and again.
 */
export function recoveryWeights(sources: readonly number[], missing: readonly number[]): Uint8Array {
  const pattern = String.fromCharCode(sources.length, ...sources, ...missing);
  const weights = kept.get(pattern) ?? interpolation(sources, missing);
  // Set anew, it is the last to make room.
  kept.delete(pattern);
  kept.set(pattern, weights);
  if (kept.size > KEPT) kept.delete(kept.keys().next().value!);
  return weights;
}
