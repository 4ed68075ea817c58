import type { Sample } from '../../../shared/statistics.ts';

export type Columns<Name extends string> = { times: number[] } & Record<Name, (number | null)[]>;

/**
 * Turns samples into the columns a chart draws, times in seconds. Where samples are missing (the tunnel was off) one
 * empty point is put in, so that no line is drawn across.
 * @param step seconds from one sample to the next
 */
export function columns<Name extends string>(
  samples: readonly Sample[],
  step: number,
  pick: Record<Name, (sample: Sample) => number | null>,
): Columns<Name> {
  const names = Object.keys(pick) as Name[];
  const times: number[] = [];
  const values = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<
    Name,
    (number | null)[]
  >;
  let last = Infinity;
  for (const sample of samples) {
    const time = sample.at / 1000;
    if (time - last > 2.5 * step) {
      times.push(last + step);
      for (const name of names) values[name].push(null);
    }
    times.push(time);
    for (const name of names) values[name].push(pick[name](sample));
    last = time;
  }
  return { times, ...values };
}

export const greatest = (...lists: readonly (number | null)[][]): number => {
  let most = 0;
  for (const list of lists) for (const value of list) if (value !== null && value > most) most = value;
  return most;
};
