import { expect, it } from 'vitest';
import { niceCeiling } from '../../../../src-renderer/components/chart.ts';

it.each([
  [0.7, 1],
  [1, 1],
  [1.01, 2],
  [3, 4],
  [56, 60],
  [61, 100],
  [400, 400],
  [1e9, 1e9],
])('an axis for %d ends at %d', (value, end) => expect(niceCeiling(value)).toBeCloseTo(end));
