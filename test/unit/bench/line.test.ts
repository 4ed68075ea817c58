import { describe, expect, it } from 'vitest';
import { judge, Tally } from '../../bench/line/bars.ts';
import { parseFigures, quantile, rampUp } from '../../bench/line/figures.ts';
import { cellsOf, BASE, nameOf, wholeGrid } from '../../bench/line/grid.ts';
import { idealGoodput } from '../../bench/line/ideal.ts';
import { type Entry, folded, searched } from '../../bench/line/plan.ts';
import { report } from '../../bench/line/real-report.ts';
import type { RealCell, RealFigures } from '../../bench/line/real-run.ts';

const figures: RealFigures = {
  ...{ goodput: 18, wire: 1.08, dropped: 0, droppedInAll: 0.001, idle: 101 },
  ...{ p50: 12, p95: 40, rampUp: 900, busiest: 0.2, overrun: 0 },
};
const cell: RealCell = {
  ...{ rate: 20, rtt: 100, queue: 100, loss: 0, burst: 1, way: 'up', client: 'ours', server: 'ours' },
  ...{ flags: {}, conn: 1, seconds: 7 },
};
const entry = (part: Partial<RealCell>, setup: string, ...runs: Partial<RealFigures>[]): Entry => ({
  cell: { ...cell, ...part },
  setup,
  searched: part.client === 'go',
  figures: runs.map((run) => ({ ...figures, ...run })),
});

describe('the ideal goodput', () => {
  const shape = { rate: 20, mtu: 1350, datashard: 10, parityshard: 3 };
  it('is the rate less headers, and less the parity that the loss needs', () => {
    expect(idealGoodput(shape)).toBeCloseTo((20 * 1298) / 1350);
    expect(idealGoodput(shape, 'full')).toBeCloseTo(((20 * 1298) / 1350) * (10 / 13));
    expect(idealGoodput({ ...shape, loss: 0.3 })).toBeLessThan(idealGoodput({ ...shape, loss: 0.1 }));
    expect(idealGoodput({ ...shape, parityshard: 0, loss: 0.1 })).toBeCloseTo(((20 * 1306) / 1350) * 0.9);
  });
});

describe('rampUp', () => {
  it('is when nine tenths were held over 200 ms', () => {
    const marks = Array.from({ length: 100 }, (_, i) => ({
      at: 20 * i,
      received: Math.max(0, i - 20) * 50_000,
    }));
    // 20 Mbit/s from 400 ms on
    expect(rampUp(marks, 20)).toBe(580);
    expect(rampUp(marks, 30)).toBe(Infinity);
  });
});

describe('judging a cell', () => {
  it('holds what is measured against the bars of its loss', () => {
    const fallen = (part: Partial<RealFigures>, loss = 0, conn = 1) =>
      judge('ours', { loss, rtt: 100, conn, ideal: 19.2, best: 10 }, { ...figures, ...part })
        .filter(({ held }) => !held)
        .map(({ bar }) => bar);
    expect(fallen({})).toEqual([]);
    expect(fallen({ goodput: 17, wire: 1.2, dropped: 0.02, p50: 31, p95: 61, rampUp: 1501 })).toEqual([
      ...['goodput of ideal', 'wire bytes a byte', 'dropped', 'echo p50', 'echo p95', '90 % after'],
    ]);
    expect(fallen({ goodput: 11.9 }, 0.2)).toEqual(['goodput of the best Go pair']);
    expect(fallen({ p50: 100, p95: 200 }, 0.1)).toEqual([]);
    expect(fallen({ p50: 100, p95: 200 }, 0.1, 2)).toEqual(['echo p50', 'echo p95']);
    expect(judge('ours', { loss: 0.05, rtt: 100, conn: 1, ideal: 19 }, figures)).toEqual([]);
  });

  it('counts those that hold, and names those that do not', () => {
    const tally = new Tally();
    const judgement = { bar: 'dropped', figure: 0.02, limit: 0.01 };
    tally.add('one', [{ ...judgement, held: false }]);
    tally.add('two', [{ ...judgement, figure: 0, held: true }]);
    tally.add('three', [{ ...judgement, figure: Infinity, held: false }]);
    expect(tally.lines()).toEqual([
      '- dropped: 1 of 3',
      '  - one: 0.02, not 0.01',
      '  - three: never, not 0.01',
    ]);
    expect(tally.lines(1)).toEqual(['- dropped: 1 of 3', '  - one: 0.02, not 0.01', '  - and 1 more']);
  });

  it('takes what was never reached for the worst', () => {
    const never = parseFigures<{ rampUp: number }>(JSON.stringify({ rampUp: Infinity }));
    expect(never.rampUp).toBe(Infinity);
    expect(quantile([], 0.5)).toBeNaN();
  });
});

describe('the plan', () => {
  it('looks for windows around what is in flight on a full line', () => {
    // 20 Mbit/s for 100 ms are 185 packets of 1350 bytes
    expect(searched({ rate: 20, rtt: 100 }, 1350).map(({ name }) => name)).toEqual([
      ...['fast3, 128', 'fast3, 184', 'fast3, 256', 'fast3, 368'],
    ]);
  });

  it('folds runs, and leaves out those that overran the relay', () => {
    const runs = [{ goodput: 10 }, { goodput: 12 }, { goodput: 2, overrun: 50 }];
    expect(folded(entry({}, 'x', ...runs))).toMatchObject({ goodput: 11, overrun: 0, runs: 2 });
    expect(folded(entry({}, 'x', { goodput: 2, overrun: 50 }))).toMatchObject({ goodput: 2, overrun: 50 });
  });

  it('names what a cell of the grid differs by, each cell once', () => {
    const names = wholeGrid().map(nameOf);
    expect(names.length).toBeGreaterThan(250);
    const [plain] = cellsOf({ ...BASE, loss: [0] });
    expect(nameOf(plain)).toBe('20 Mbit/s, 100 ms, queue 100, loss 0');
    const odd = { ...BASE, loss: [0.1], burst: [4], fec: ['5+5'], conn: [2], reader: [0.5], mode: ['fast'] };
    expect(cellsOf(odd, 3).map(nameOf)).toEqual([
      '20 Mbit/s, 100 ms, queue 100, loss 0.1, bursts of 4, conn 2, a reader of 10 Mbit/s, fast, FEC 5+5',
    ]);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('the report', () => {
  it('sets ours beside the best that was found of Go, and says what is not to be believed', () => {
    const go = { client: 'go', server: 'go' } as const;
    const markdown = report([
      entry({}, 'fast3, 2048', {}),
      entry(go, 'fast3, 184', { goodput: 10, wire: 1.6 }),
      entry(go, 'fast3, 2048', { goodput: 9, wire: 5, busiest: 0.9 }),
      entry({ server: 'go', way: 'down' }, 'fast3, 2048', { goodput: 14, wire: 1.5 }),
    ]);
    expect(markdown).toContain(
      '| 0 | up | 18.0 · 1.08 · +40 | – | 10.0 · 1.60 · +40 (fast3, 184) | 9.0 · 5.00 · +40 |',
    );
    expect(markdown).toContain('| 0 | down | – | 14.0 · 1.50 · +40 | – | – |');
    expect(markdown).toContain('- wire bytes a byte: 1 of 1');
    expect(markdown).toContain('  - 0, down, our client, Go server, fast3, 2048: 1.5, not 1.42');
    expect(markdown).toContain('| our at both ends | fast3, 2048 | 18.0 (0.94) |');
    expect(markdown).toMatch(
      /Not to be believed:\n- Go at both ends, up, 0, fast3, 2048: a process needed 0.90/,
    );
  });
});
