import { describe, expect, it } from 'vitest';
import { debianIsHere, oursIsStoodIn } from '../support/peers.ts';
import {
  type Combination,
  coveringCombinations,
  nameOf,
  ourCoveringCombinations,
  tryCombination,
} from './combinations.ts';

const MiB = 1 << 20;

it('covers every pair of choices', () => {
  const rows = coveringCombinations();
  expect(rows.length).toBeLessThan(100);
  for (const crypt of new Set(rows.map((row) => row.crypt)))
    expect(new Set(rows.filter((row) => row.crypt === crypt).map((row) => row.mode)).size).toBe(5);
});

describe.skipIf(!debianIsHere)('against the reference', () => {
  it.for(coveringCombinations().map((row) => [nameOf(row), row] as const))('%s', async ([, combination]) => {
    await expect(tryCombination(combination, MiB)).resolves.toBeUndefined();
  });
});

describe.skipIf(oursIsStoodIn)('ours against ours', () => {
  it.for(ourCoveringCombinations().map((row) => [nameOf(row), row] as const))(
    '%s',
    async ([, combination]) => {
      await expect(tryCombination(combination, MiB / 2)).resolves.toBeUndefined();
    },
  );
});

// The long haul: seqids, sns and windows go round many times, and both flow controls have to give way.
const LONG: Omit<Combination, 'ours'>[] = [
  { crypt: 'aes', smuxver: 1, fec: '10+3', nocomp: false, mode: 'fast' },
  { crypt: 'salsa20', smuxver: 2, fec: '0+0', nocomp: true, mode: 'fast3' },
];

describe.skipIf(!debianIsHere)('64 MiB of each kind each way, against the reference', () => {
  const rows = LONG.flatMap((row) => [
    { ...row, ours: 'client' } as const,
    { ...row, ours: 'server' } as const,
  ]);
  it.for(rows.map((row) => [nameOf(row), row] as const))('%s', async ([, combination]) => {
    await expect(tryCombination(combination, 64 * MiB, 110_000)).resolves.toBeUndefined();
  });
});
