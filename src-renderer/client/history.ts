import { MINUTES_KEPT, SECONDS_KEPT, type History, type Sample } from '../../shared/statistics.ts';

/** Appends to a copy, dropping the oldest past `limit`: the views see a new array each second. */
export function append(samples: readonly Sample[], sample: Sample, limit: number): Sample[] {
  const newest = samples.at(-1);
  // a sample pushed while the history was on its way is in both
  if (newest && sample.at <= newest.at) return samples as Sample[];
  return [...samples.slice(Math.max(0, samples.length + 1 - limit)), sample];
}

export const appendSecond = (history: History, sample: Sample): History => ({
  ...history,
  seconds: append(history.seconds, sample, SECONDS_KEPT),
});

export const appendMinute = (history: History, sample: Sample): History => ({
  ...history,
  minutes: append(history.minutes, sample, MINUTES_KEPT),
});

/** What came by notification while `loaded` was on its way goes behind it. */
export function joinHistory(loaded: History, since: History): History {
  let joined = loaded;
  for (const sample of since.seconds) joined = appendSecond(joined, sample);
  for (const sample of since.minutes) joined = appendMinute(joined, sample);
  return joined;
}
