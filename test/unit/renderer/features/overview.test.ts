import { describe, expect, it } from 'vitest';
import { zeroCounters } from '../../../../shared/counters.ts';
import { defaultOptions } from '../../../../shared/options.ts';
import { advise } from '../../../../src-renderer/features/overview/advice.ts';
import { columns } from '../../../../src-renderer/features/overview/columns.ts';
import { rebuiltShare } from '../../../../src-renderer/features/overview/recovery.ts';
import { wireShares } from '../../../../src-renderer/features/overview/wire.ts';
import { sample } from '../../../support/samples.ts';

const options = defaultOptions('client');
const seconds = (count: number, over: Parameters<typeof sample>[1]) =>
  Array.from({ length: count }, (_, second) => sample(1000 * second, over));

describe('columns', () => {
  it('breaks the line where samples are missing', () => {
    const { times, down } = columns([sample(1000, { down: 5 }), sample(2000), sample(60_000)], 1, {
      down: (each) => each.down,
    });
    expect(times).toEqual([1, 2, 3, 60]);
    expect(down).toEqual([5, 0, null, 0]);
  });
});

describe('rebuiltShare', () => {
  it('sets what FEC gave back against what was to come', () => {
    // 900 of 1000 packets of 1000 bytes came, 50 were rebuilt
    const share = rebuiltShare(sample(0, { loss: 0.1, wireDown: 900_000, fecRecovered: 50 }), 1, 1000);
    expect(share).toBeCloseTo(0.05);
  });
  it('is never more than was lost, and unknown where that is', () => {
    expect(rebuiltShare(sample(0, { loss: 0.1, wireDown: 9000, fecRecovered: 50 }), 1, 1000)).toBe(0.1);
    expect(rebuiltShare(sample(0, { fecRecovered: 50 }), 1, 1000)).toBeNull();
    expect(rebuiltShare(sample(0, { loss: 0 }), 1, 1000)).toBe(0);
  });
});

describe('wireShares', () => {
  it('knows nothing before anything was carried', () => {
    const nothing = { since: 0, up: 0, down: 0, wireUp: 0, wireDown: 0, parityUp: 0 };
    expect(wireShares(nothing, zeroCounters(), options)).toBeNull();
  });

  it('divides all of it', () => {
    const counters = {
      ...zeroCounters(),
      InBytes: 13_000_000,
      InPkts: 10_000,
      FECParityShards: 2300,
      OutBytes: 1_300_000,
      OutPkts: 1000,
      RetransSegs: 100,
    };
    // of 3 parity packets a group the line needed less than one
    const totals = {
      since: 0,
      up: 900_000,
      down: 9_000_000,
      wireUp: 1_300_000,
      wireDown: 13_000_000,
      parityUp: 70_000,
    };
    const shares = wireShares(totals, counters, options)!;
    expect(shares.yours).toBeCloseTo(9.9 / 14.3);
    expect(shares.fec).toBeCloseTo((2300 * 1300 + 70_000) / 14_300_000);
    // a repeat is as long as a full segment, 1350 - 20 - 8 - 24
    expect(shares.resent).toBeCloseTo((100 * 1298) / 14_300_000);
    expect(shares.yours + shares.fec + shares.resent + shares.headers).toBeCloseTo(1);
  });

  it('stays whole where compression carries more than the wire does', () => {
    const counters = { ...zeroCounters(), InBytes: 1000, InPkts: 1, OutBytes: 1000, OutPkts: 1 };
    const totals = { since: 0, up: 50_000, down: 0, wireUp: 1000, wireDown: 1000, parityUp: 0 };
    const { yours, headers } = wireShares(totals, counters, options)!;
    expect(yours).toBeLessThanOrEqual(1);
    expect(headers).toBeGreaterThanOrEqual(0);
  });
});

describe('advise', () => {
  const busy = {
    up: 100_000,
    down: 2_000_000,
    wireUp: 200_000,
    wireDown: 2_600_000,
    rtt: 87,
    loss: 0.01,
    retrans: 0,
  };
  const kinds = (over: Parameters<typeof sample>[1], with_ = {}) =>
    advise(seconds(60, { ...busy, ...over }), { ...options, ...with_ }).map(({ kind }) => kind);

  it('waits for traffic', () => {
    expect(advise([], options)).toEqual([{ kind: 'measuring' }]);
    expect(advise(seconds(600, { rtt: 87 }), options)).toEqual([{ kind: 'measuring' }]);
  });

  it('leaves a wide window alone', () => expect(kinds({})).toEqual(['window-fine']));

  it('says how large a window a wanted rate needs', () => {
    // 512 * 1298 bytes each 87 ms are 61 Mbit/s
    const [advice] = advise(seconds(60, { ...busy, down: 7_000_000 }), options);
    expect(advice).toMatchObject({ kind: 'window-tight', target: 12_500_000, change: { rcvwnd: 896 } });
    expect(advice.kind === 'window-tight' && advice.ceiling).toBeCloseTo((512 * 1298 * 1000) / 87);
  });

  it('asks for parity before loss outgrows it', () => {
    expect(kinds({ loss: 0.05 })).toEqual(['window-fine']);
    const [advice] = advise(seconds(60, { ...busy, loss: 0.2 }), options);
    expect(advice).toMatchObject({ kind: 'parity-short', change: { parityshard: 7 } });
  });

  it('offers FEC where repeats are many and it is off', () =>
    expect(kinds({ retrans: 0.08, loss: null }, { parityshard: 0 })).toContain('fec-unused'));

  it('names repeats that loss does not explain', () =>
    expect(kinds({ retrans: 0.3 }, { pace: 'off' })).toContain('resend-heavy'));

  it('says nothing of the send window while the engine paces', () => {
    expect(kinds({ retrans: 0.3 })).not.toContain('resend-heavy');
    // a congestion window is kcptun's own brake, and pace stands back
    const manual = { mode: 'manual', nodelay: 1, interval: 20, resend: 2, nc: 0 };
    expect(kinds({ retrans: 0.3 }, manual)).toContain('resend-heavy');
  });

  it('offers to save FEC only after a long clean time', () => {
    const clean = { ...busy, loss: 0, retrans: 0 };
    expect(advise(seconds(60, clean), options).map(({ kind }) => kind)).not.toContain('fec-idle');
    expect(advise(seconds(600, clean), options)[0]).toMatchObject({ kind: 'fec-idle', costs: 0.3 });
  });
});
