import { describe, expect, it } from 'vitest';
import { SECONDS_KEPT } from '../../../../shared/statistics.ts';
import { append, joinHistory } from '../../../../src-renderer/client/history.ts';
import { sample } from '../../../support/samples.ts';

describe('append', () => {
  it('keeps the newest', () => {
    let samples = [sample(1)];
    for (let at = 2; at <= SECONDS_KEPT + 5; at++) samples = append(samples, sample(at), SECONDS_KEPT);
    expect(samples).toHaveLength(SECONDS_KEPT);
    expect([samples[0].at, samples.at(-1)?.at]).toEqual([6, SECONDS_KEPT + 5]);
  });
  it('takes no sample twice', () => {
    const samples = [sample(1), sample(2)];
    expect(append(samples, sample(2), 10)).toBe(samples);
  });
});

it('joins what was loaded with what came meanwhile', () => {
  const joined = joinHistory(
    { seconds: [sample(1), sample(2)], minutes: [] },
    { seconds: [sample(2), sample(3)], minutes: [sample(3)] },
  );
  expect(joined.seconds.map(({ at }) => at)).toEqual([1, 2, 3]);
  expect(joined.minutes.map(({ at }) => at)).toEqual([3]);
});
