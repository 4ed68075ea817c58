import { describe, expect, it } from 'vitest';
import { type Cell, type CellResult, runCell } from '../../../bench/line/cell.ts';
import { median } from '../../../bench/report.ts';

const wide = { mode: 'fast3', sndwnd: 2048, rcvwnd: 2048 } as const;
const LINE: Cell = { rate: 20, rtt: 100, queue: 100, way: 'up', seconds: 8, client: wide, server: wide };

/** The least share of the ideal goodput, and the most of the rest; ms of an echo beyond an idle line's. */
interface Limits {
  goodput: number;
  wire: number;
  dropped: number;
  p50: number;
  p95: number;
}

/** The medians of three runs. */
async function within(cell: Cell, limits: Limits): Promise<void> {
  const results: CellResult[] = [];
  for (const seed of [1, 2, 3]) results.push(await runCell({ ...cell, seed }));
  const of = (figure: (result: CellResult) => number): number => median(results.map(figure));
  expect(of(({ goodput, ideal }) => goodput / ideal)).toBeGreaterThan(limits.goodput);
  expect(of(({ wire }) => wire)).toBeLessThan(limits.wire);
  expect(of(({ dropped }) => dropped)).toBeLessThan(limits.dropped);
  expect(of(({ p50 }) => p50)).toBeLessThan(limits.p50);
  expect(of(({ p95 }) => p95)).toBeLessThan(limits.p95);
}

/** Of five runs. */
async function medianOf(cell: Partial<Cell>, of: (result: CellResult) => number): Promise<number> {
  const figures: number[] = [];
  for (const seed of [1, 2, 3, 4, 5]) figures.push(of(await runCell({ ...LINE, ...cell, seed })));
  return median(figures);
}

/** A part of `npm run bench:line -- --simulated`, with limits. */
describe('a bulk stream beside an echo, by what is known of the line', () => {
  const cells: [string, Partial<Cell>, Limits][] = [
    ['without loss', {}, { goodput: 0.95, wire: 1.1, dropped: 0.01, p50: 30, p95: 60 }],
    ['down', { way: 'down' }, { goodput: 0.95, wire: 1.1, dropped: 0.01, p50: 30, p95: 60 }],
    ['with a short queue', { queue: 50 }, { goodput: 0.9, wire: 1.15, dropped: 0.01, p50: 30, p95: 60 }],
    ['with a long queue', { queue: 400 }, { goodput: 0.95, wire: 1.1, dropped: 0.001, p50: 30, p95: 60 }],
    ['fast and near', { rate: 100, rtt: 20 }, { goodput: 0.95, wire: 1.1, dropped: 0.01, p50: 30, p95: 60 }],
    ['slow', { rate: 5, rtt: 50 }, { goodput: 0.9, wire: 1.12, dropped: 0.01, p50: 30, p95: 60 }],
    ['slower', { rate: 1, seconds: 20 }, { goodput: 0.88, wire: 1.16, dropped: 0.01, p50: 40, p95: 80 }],
    [
      'slower and near',
      { rate: 1, rtt: 10, seconds: 20 },
      { goodput: 0.7, wire: 1.4, dropped: 0.02, p50: 60, p95: 100 },
    ],
    ['far', { rtt: 300, seconds: 12 }, { goodput: 0.9, wire: 1.14, dropped: 0.01, p50: 30, p95: 80 }],
    [
      'far, with a short queue',
      { rtt: 300, queue: 50, seconds: 12 },
      { goodput: 0.9, wire: 1.16, dropped: 0.01, p50: 30, p95: 80 },
    ],
    ['at 10 ms of jitter', { jitter: 10 }, { goodput: 0.85, wire: 1.15, dropped: 0.01, p50: 30, p95: 60 }],
    ['at 2 % of loss', { loss: 0.02 }, { goodput: 0.9, wire: 1.3, dropped: 0.01, p50: 60, p95: 260 }],
    ['at 10 %', { loss: 0.1 }, { goodput: 0.85, wire: 1.5, dropped: 0.01, p50: 150, p95: 350 }],
    ['at 20 %', { loss: 0.2 }, { goodput: 0.8, wire: 1.8, dropped: 0.01, p50: 400, p95: 800 }],
    ['in bursts', { loss: 0.02, burst: 8 }, { goodput: 0.83, wire: 1.35, dropped: 0.01, p50: 60, p95: 400 }],
    [
      'in mode normal',
      { client: { ...wide, mode: 'normal' }, server: { ...wide, mode: 'normal' } },
      { goodput: 0.9, wire: 1.15, dropped: 0.01, p50: 50, p95: 100 },
    ],
  ];
  it.each(cells)('%s', async (_name, cell, limits) => {
    await within({ ...LINE, ...cell }, limits);
  });

  it.each([0.2, 0.3])('down, though a share of %f is lost', async (loss) => {
    const share = await medianOf({ way: 'down', loss }, ({ goodput, ideal }) => goodput / ideal);
    expect(share).toBeGreaterThan(0.75);
  });

  it('up too, even in the worst of five runs', async () => {
    const shares: number[] = [];
    for (const seed of [1, 2, 3, 4, 5]) {
      const { goodput, ideal } = await runCell({ ...LINE, loss: 0.3, seed });
      shares.push(goodput / ideal);
    }
    expect(Math.min(...shares)).toBeGreaterThan(0.55);
  });

  it.each(['fast3', 'fast', 'normal'] as const)('repeats nothing where nothing is lost: %s', async (mode) => {
    const options = { ...wide, mode };
    const cell = { ...LINE, queue: 400, client: options, server: options };
    const { droppedInAll, repeated } = await runCell(cell);
    expect(droppedInAll).toBe(0);
    expect(repeated).toBeLessThan(0.005);
  });

  /** Down from a server with kcptun's own timing, which only what our client tells it can hold. */
  const braked: [string, Partial<Cell>, Limits][] = [
    ['without loss', {}, { goodput: 0.95, wire: 1.42, dropped: 0.001, p50: 60, p95: 60 }],
    ['slow', { rate: 5, rtt: 50 }, { goodput: 0.83, wire: 1.6, dropped: 0.001, p50: 60, p95: 60 }],
    ['near', { rtt: 10 }, { goodput: 0.9, wire: 1.47, dropped: 0.001, p50: 60, p95: 60 }],
    ['fast', { rate: 100 }, { goodput: 0.95, wire: 1.42, dropped: 0.001, p50: 60, p95: 60 }],
    ['far', { rtt: 300, seconds: 12 }, { goodput: 0.95, wire: 1.42, dropped: 0.001, p50: 200, p95: 350 }],
    ['at 10 ms of jitter', { jitter: 10 }, { goodput: 0.9, wire: 1.42, dropped: 0.001, p50: 60, p95: 100 }],
    [
      'at 30 ms of jitter',
      { jitter: 30, seconds: 12 },
      { goodput: 0.8, wire: 1.5, dropped: 0.02, p50: 80, p95: 200 },
    ],
    ['before a short queue', { queue: 20 }, { goodput: 0.6, wire: 2.2, dropped: 0.4, p50: 700, p95: 1300 }],
    ['at 2 % of loss', { loss: 0.02 }, { goodput: 0.92, wire: 1.45, dropped: 0.005, p50: 80, p95: 200 }],
    ['at 10 %', { loss: 0.1 }, { goodput: 0.85, wire: 1.6, dropped: 0.02, p50: 200, p95: 400 }],
    ['at 20 %', { loss: 0.2 }, { goodput: 0.7, wire: 1.9, dropped: 0.03, p50: 600, p95: 900 }],
  ];
  it.each(braked)('holds a server that knows no line: %s', async (_name, cell, limits) => {
    const server = { ...wide, pace: 'off' } as const;
    await within({ ...LINE, way: 'down', ...cell, server }, limits);
  });

  it('floods a line by kcptun’s own timing, when asked to', async () => {
    const off = { ...wide, pace: 'off' } as const;
    const { wire, p50 } = await runCell({ ...LINE, client: off, server: off });
    expect(wire).toBeGreaterThan(4);
    expect(p50).toBeGreaterThan(1000);
  });

  it('carries on both ways after a cut of three seconds', async () => {
    const cut = [
      { at: 1, loss: 1 },
      { at: 4, loss: 0 },
    ];
    const cell = { rate: 8, rtt: 40, seconds: 9, both: true, changes: cut };
    const mean = ({ moments }: CellResult, of: 'goodput' | 'other'): number => {
      const after = moments.filter(({ at }) => at > 7_000);
      return after.reduce((sum, moment) => sum + moment[of], 0) / after.length;
    };
    expect(await medianOf(cell, (result) => mean(result, 'goodput'))).toBeGreaterThan(5);
    expect(await medianOf(cell, (result) => mean(result, 'other'))).toBeGreaterThan(5);
  });

  it('keeps to ratelimit', async () => {
    const limited = { ...wide, ratelimit: 500_000 };
    const { goodput, repeated } = await runCell({ ...LINE, client: limited });
    expect(goodput).toBeLessThan(4);
    expect(goodput).toBeGreaterThan(3.4);
    expect(repeated).toBeLessThan(0.005);
  });

  it.each(['up', 'down'] as const)('keeps to ratelimit next door on a busy machine, %s', async (way) => {
    const options = { ratelimit: 1_000_000 };
    const near = { rate: 1000, rtt: 0.6, jitter: 6, way, client: options, server: options };
    expect(await medianOf(near, ({ goodput }) => goodput)).toBeGreaterThan(7.2);
    expect(await medianOf(near, ({ p95 }) => p95)).toBeLessThan(30);
  });

  it.each([
    [1, 6],
    [10, 12],
  ])('over a way of %d ms that takes up to %d more', async (rtt, jitter) => {
    const share = await medianOf({ rtt, jitter, seconds: 5 }, ({ goodput, ideal }) => goodput / ideal);
    expect(share).toBeGreaterThan(0.9);
  });

  describe('when the line changes under way', () => {
    const mean = (result: CellResult, from: number, to: number): number => {
      const part = result.moments.filter(({ at }) => at > from && at <= to);
      return part.reduce((sum, { goodput }) => sum + goodput, 0) / part.length;
    };
    /** ms after `from` at which so many Mbit/s were first held for 300 ms */
    const reached = (result: CellResult, from: number, goodput: number): number =>
      result.moments.find(({ at }) => at >= from + 300 && mean(result, at - 300, at) >= goodput)!.at - from;
    const queued = (result: CellResult, from: number, to: number): number =>
      Math.max(...result.moments.filter(({ at }) => at > from && at <= to).map(({ queue }) => queue));

    it('to three tenths of its rate', async () => {
      const changed = { changes: [{ at: 4, rate: 6 }] };
      expect(await medianOf(changed, (result) => reached(result, 4000, 5.1))).toBeLessThan(1000);
      expect(await medianOf(changed, (result) => queued(result, 5000, 5500))).toBeLessThan(40);
    });

    it('to three tenths of its rate, before a long queue', async () => {
      const changed = { queue: 400, changes: [{ at: 4, rate: 6 }] };
      const gone = ({ moments }: CellResult): number => {
        const first = moments.find(({ at, queue }) => at > 4500 && queue < 30);
        return first!.at - 4000;
      };
      expect(await medianOf(changed, gone)).toBeLessThan(1500);
    });

    it('to three times its rate', async () => {
      const changed = { rate: 6, changes: [{ at: 4, rate: 18 }] };
      expect(await medianOf(changed, (result) => reached(result, 4000, 15.4))).toBeLessThan(2000);
    });

    it('to three times its round trip', async () => {
      const changed = { changes: [{ at: 4, rtt: 300 }] };
      expect(await medianOf(changed, (result) => reached(result, 4000, 16))).toBeLessThan(2000);
    });

    it('to a fifth of loss, and back', async () => {
      const changes = [
        { at: 4, loss: 0.2 },
        { at: 8, loss: 0 },
      ];
      const result = await runCell({ ...LINE, seconds: 12, changes });
      expect(reached(result, 4200, 11.5)).toBeLessThan(1000);
      expect(reached(result, 8000, 16)).toBeLessThan(1000);
    });

    it('and after a pause, without a burst', async () => {
      const result = await runCell({ ...LINE, pause: { from: 4, until: 6 } });
      expect(mean(result, 4500, 6000)).toBeLessThan(0.1);
      expect(reached(result, 6000, 17)).toBeLessThan(1000);
      expect(queued(result, 6000, 8000)).toBeLessThan(70);
    });

    it.each(['up', 'down'] as const)('and though its delay swings by 30 ms, %s', async (way) => {
      const share = await medianOf({ way, jitter: 30 }, ({ goodput, ideal }) => goodput / ideal);
      expect(share).toBeGreaterThan(0.85);
    });
  });

  describe('shares a line', () => {
    const shareAfter =
      (from: number) =>
      ({ moments }: CellResult): number => {
        const part = moments.filter(({ at }) => at > from);
        const own = part.reduce((sum, { goodput }) => sum + goodput, 0);
        return own / (own + part.reduce((sum, { other }) => sum + other, 0));
      };

    it.each(['up', 'down'] as const)('with a tunnel that came 5 s ago, %s', async (way) => {
      const share = await medianOf({ tunnels: 2, joinAt: 3, seconds: 13, way }, shareAfter(8_000));
      expect(share).toBeGreaterThan(0.4);
      expect(share).toBeLessThan(0.6);
    });

    it.each([3, 15])('without a queue that both take for the other’s: run %i', async (seed) => {
      const { moments } = await runCell({ ...LINE, tunnels: 2, joinAt: 5, seconds: 14, seed });
      const late = moments.filter(({ at }) => at > 8_000);
      expect(late.reduce((sum, { queue }) => sum + queue, 0) / late.length).toBeLessThan(40);
    });

    it('with three that begin together', async () => {
      const { each } = await runCell({ ...LINE, tunnels: 4, seconds: 15 });
      const all = each.reduce((sum, one) => sum + one, 0);
      expect(all).toBeGreaterThan(18);
      for (const one of each) expect(one / all).toBeGreaterThan(0.12);
      for (const one of each) expect(one / all).toBeLessThan(0.45);
    });

    it.each([50, 100, 200])('with a flow like TCP’s, before a queue of %i ms', async (queue) => {
      const share = await medianOf({ cubic: 1, seconds: 30, queue }, shareAfter(5_000));
      expect(2 * share).toBeGreaterThan(0.5);
      expect(2 * share).toBeLessThan(2);
    });

    it.each([
      [20, 8],
      [20, 11],
      [40, 1],
      [40, 5],
    ])('with a flow like TCP’s %d ms away, though it came first: run %i', async (rtt, seed) => {
      const share = shareAfter(5_000)(await runCell({ ...LINE, rtt, cubic: 1, seconds: 15, seed }));
      expect(2 * share).toBeGreaterThan(0.3);
    });

    it('with a flow like TCP’s, down from a server that knows no line', async () => {
      const cell = { way: 'down', cubic: 1, seconds: 20, server: { ...wide, pace: 'off' } } as const;
      expect(2 * (await medianOf(cell, shareAfter(5_000)))).toBeGreaterThan(0.5);
    });
  });
});
