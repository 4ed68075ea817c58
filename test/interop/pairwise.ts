import { seededRandom } from '../support/random.ts';

type Choices = Readonly<Record<string, readonly unknown[]>>;
type Row<C extends Choices> = { [Name in keyof C]: C[Name][number] };

/** Every combination of the choices, the last one changing fastest. */
export function everyRow<C extends Choices>(choices: C): Row<C>[] {
  return Object.entries(choices).reduce<Record<string, unknown>[]>(
    (rows, [name, values]) => rows.flatMap((row) => values.map((value) => ({ ...row, [name]: value }))),
    [{}],
  ) as Row<C>[];
}

/**
 * A covering selection: every value of every choice meets every value of every other choice in some row.
 * Greedy, the same every time: each row is the best of 30 random ones that holds a pair not yet covered.
 */
export function pairwiseRows<C extends Choices>(choices: C): Row<C>[] {
  const names = Object.keys(choices);
  const random = seededRandom(1);
  const pick = (values: readonly unknown[]) => values[Math.floor(random() * values.length)];
  const pairsOf = (row: Record<string, unknown>) =>
    names.flatMap((a, i) => names.slice(i + 1).map((b) => `${a}=${row[a]} ${b}=${row[b]}`));

  const uncovered = new Map<string, Record<string, unknown>>();
  names.forEach((a, i) => {
    for (const b of names.slice(i + 1))
      for (const row of everyRow({ [a]: choices[a], [b]: choices[b] }))
        uncovered.set(`${a}=${row[a]} ${b}=${row[b]}`, row);
  });
  const rows: Record<string, unknown>[] = [];
  for (let seed; (seed = uncovered.values().next().value);) {
    const candidates = Array.from({ length: 30 }, () => ({
      ...Object.fromEntries(names.map((name) => [name, pick(choices[name])])),
      ...seed,
    }));
    const gain = (row: Record<string, unknown>) => pairsOf(row).filter((pair) => uncovered.has(pair)).length;
    const best = candidates.reduce((a, b) => (gain(b) > gain(a) ? b : a));
    for (const pair of pairsOf(best)) uncovered.delete(pair);
    rows.push(best);
  }
  return rows as Row<C>[];
}
