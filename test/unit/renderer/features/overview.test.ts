import { describe, expect, it } from 'vitest';
import { zeroCounters } from '../../../../shared/counters.ts';
import { defaultOptions } from '../../../../shared/options.ts';
import type { LineSnapshot } from '../../../../shared/snapshot.ts';
import { Locale } from '../../../../shared/words/locale.ts';
import { advise } from '../../../../src-renderer/features/overview/advice.ts';
import { columns } from '../../../../src-renderer/features/overview/columns.ts';
import { lineDownText, lineUpText, sentAgain } from '../../../../src-renderer/features/overview/line.ts';
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

describe('the line in plain words', () => {
  const line: LineSnapshot = {
    state: 'cruise',
    rate: 2_300_000,
    propagation: 102.4,
    queue: 1,
    inFlight: 0,
    window: 0,
    pace: 0,
    loss: null,
    parity: null,
  };
  const english = new Locale('en');
  const up = (part: Partial<LineSnapshot> | null, again: number | null = 0.006, paced = true) =>
    lineUpText(part && { ...line, ...part }, again, paced, english);

  it('says what it carries, what waits, and what goes twice', () => {
    expect(up({})).toBe(
      'To the server: your line carries 18.4 Mbit/s, 102 ms there and back, nothing waits in its queue; 0.6 % of what is sent is sent again.',
    );
    expect(up({ queue: 31.7 }, null)).toContain('there and back, 32 ms of waiting in its queue.');
  });

  it('says what is not known, and by whom it is not asked', () => {
    expect(up(null)).toBe('To the server: nothing is known yet.');
    expect(up({ state: 'start-up' })).toContain('102 ms there and back. What the line carries shows after');
    expect(up({}, 0, false)).toContain("kcptun's own timing");
    expect(lineDownText(null, english)).toContain('not known yet');
  });

  it('claims of the way back no more than what came', () => {
    const download = { rate: 5_000_000, propagation: 98, queue: 12, window: 1, braked: false };
    const words =
      'From the server: as much as 40.0 Mbit/s came of late, 98 ms there and back, 12 ms of waiting';
    expect(lineDownText(download, english)).toBe(`${words} in the queue.`);
    expect(lineDownText({ ...download, braked: true }, english)).toContain(
      'is held to what the line carries',
    );
  });

  it.each(['en', 'zh-CN', 'ru'] as const)('in %s has a number for each unit', (language) => {
    const said = lineUpText({ ...line, queue: 9 }, 0.006, true, new Locale(language));
    expect(said.match(/\d+/g)).toEqual(['18', '4', '102', '9', '0', '6']);
  });

  it('weighs what was sent again by what was sent', () => {
    const [idle, much] = [sample(0, { wireUp: 100, retrans: 1 }), sample(0, { wireUp: 9900, retrans: 0 })];
    expect(sentAgain([idle, much, sample(0)])).toBeCloseTo(0.01);
    expect(sentAgain([sample(0)])).toBeNull();
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

  it('leaves a wide window alone', () => expect(kinds({}, { pace: 'off' })).toEqual(['window-fine']));

  it('says nothing of windows while the engine fits what is sent to the line', () => {
    expect(kinds({})).toEqual(['line-fits']);
    // the server is held to less than the receive window: raising that would change nothing
    const download = { rate: 9_000_000, propagation: 80, queue: 2, window: 500_000, braked: true };
    expect(kinds({ down: 7_000_000, download })).toEqual(['line-fits']);
    const atTheBound = { ...download, window: 512 * 1298 };
    expect(kinds({ down: 7_000_000, download: atTheBound })).toEqual(['window-tight']);
    expect(kinds({ down: 7_000_000, download: { ...download, braked: false } })).toEqual(['window-tight']);
  });

  it('says how large a window a wanted rate needs', () => {
    // 512 * 1298 bytes each 87 ms are 61 Mbit/s
    const [advice] = advise(seconds(60, { ...busy, down: 7_000_000 }), options);
    expect(advice).toMatchObject({ kind: 'window-tight', target: 12_500_000, change: { rcvwnd: 896 } });
    expect(advice.kind === 'window-tight' && advice.ceiling).toBeCloseTo((512 * 1298 * 1000) / 87);
  });

  it('asks for parity before loss outgrows it', () => {
    expect(kinds({ loss: 0.05 })).toEqual(['line-fits']);
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
    const full = { ...options, parity: 'full' as const };
    expect(advise(seconds(600, clean), full)[0]).toMatchObject({ kind: 'fec-idle', way: 'both', costs: 0.3 });
  });

  it('counts what FEC costs where parity is sent by need: what the server sends of it', () => {
    const clean = seconds(600, { ...busy, loss: 0, retrans: 0 });
    const all = { InPkts: 13_000, FECParityShards: 3000 };
    expect(advise(clean, options, all)[0]).toMatchObject({ kind: 'fec-idle', way: 'down', costs: 0.3 });
    const byNeed = { InPkts: 13_000, FECParityShards: 100 };
    expect(advise(clean, options, byNeed)).toEqual([{ kind: 'line-fits' }]);
  });
});
