import { expect, it } from 'vitest';
import { niceCeiling, timeOfDay } from '../../../../src-renderer/components/chart.ts';

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

it('tells seconds only where ticks stand close', () => {
  const time = new Date(2026, 0, 2, 14, 3, 30).getTime() / 1000;
  expect([timeOfDay(time, 15), timeOfDay(time, 60)]).toEqual(['14:03:30', '14:03']);
});
