import { describe, expect, it } from 'vitest';
import { StatisticsHistory } from '../../../src-main/tunnels/history.ts';
import type { EngineSnapshot } from '../../../src-main/engine/snapshot.ts';
import { engineSnapshot, sessionSnapshot, streamSnapshot } from '../../support/snapshots.ts';

const carried = (sent = 0, received = 0) => ({ sent, received });

const add = (history: StatisticsHistory, snapshot: EngineSnapshot, traffic = carried()) =>
  history.add(snapshot, traffic);

function begun(at = 0): StatisticsHistory {
  const history = new StatisticsHistory();
  history.begin(engineSnapshot(at), carried());
  return history;
}

describe('StatisticsHistory', () => {
  it('gives rates per second from totals, whatever the time between two snapshots', () => {
    const history = begun();
    const counters = { OutBytes: 6000, InBytes: 10_000 };
    const { sample, totals } = add(history, engineSnapshot(2000, counters), carried(4000, 8000));
    expect(sample).toMatchObject({
      at: 2000,
      up: 2000,
      down: 4000,
      wireUp: 3000,
      wireDown: 5000,
    });
    expect(totals).toEqual({ since: 0, up: 4000, down: 8000, wireUp: 6000, wireDown: 10_000, parityUp: 0 });
    expect(add(history, engineSnapshot(3000, counters), carried(4000, 8000)).sample).toMatchObject({
      up: 0,
      down: 0,
    });
  });

  it('sums the parity sent over sessions that come and go, anew for each engine', () => {
    const history = begun();
    const at = (time: number, ...sent: [conv: number, paritySent: number][]) =>
      engineSnapshot(
        time,
        {},
        { sessions: sent.map(([conv, paritySent]) => sessionSnapshot({ conv, paritySent })) },
      );
    expect(add(history, at(1000, [1, 500])).totals.parityUp).toBe(500);
    expect(add(history, at(2000, [1, 600], [2, 50])).totals.parityUp).toBe(650);
    expect(add(history, at(3000, [2, 80])).totals.parityUp).toBe(680);
    history.begin(at(4000), carried());
    expect(add(history, at(5000, [2, 30])).totals.parityUp).toBe(30);
  });

  it('says null where nothing was measured', () => {
    const { sample } = add(
      begun(),
      engineSnapshot(1000, {}, { sessions: [sessionSnapshot({ srtt: null })] }),
    );
    expect(sample).toMatchObject({ rtt: null, rttvar: null, loss: null, retrans: null });
  });

  it('takes the round trip of the session heard last', () => {
    const sessions = [
      sessionSnapshot({ conv: 1, heardAgo: 900, srtt: 300 }),
      sessionSnapshot({ conv: 2, heardAgo: 5, srtt: 40, rttvar: 4 }),
      sessionSnapshot({ conv: 3, heardAgo: null, srtt: null, state: 'dialling' }),
    ];
    const { sample } = add(begun(), engineSnapshot(1000, {}, { sessions }));
    expect(sample).toMatchObject({ rtt: 40, rttvar: 4, sessions: 2 });
  });

  it('measures loss by the shards of a second, over sessions that come and go', () => {
    const history = begun();
    const at = (time: number, ...shards: [conv: number, expected: number, received: number][]) =>
      add(
        history,
        engineSnapshot(
          time,
          {},
          {
            sessions: shards.map(([conv, shardsExpected, shardsReceived]) =>
              sessionSnapshot({ conv, shardsExpected, shardsReceived }),
            ),
          },
        ),
      ).sample.loss;
    expect(at(1000, [1, 100, 90])).toBeCloseTo(0.1);
    expect(at(2000, [1, 200, 190], [2, 100, 50])).toBeCloseTo(0.25);
    // the first session is gone; what it counted does not come back as a negative loss
    expect(at(3000, [2, 200, 150])).toBe(0);
    // shards that come late may outnumber those expected since
    expect(at(4000, [2, 201, 152])).toBe(0);
    expect(at(5000, [2, 201, 152])).toBeNull();
  });

  it('counts retransmissions and recoveries within the sample', () => {
    const history = begun();
    add(history, engineSnapshot(1000, { OutSegs: 100, RetransSegs: 50, FECRecovered: 7, FECErrs: 1 }));
    const later = { OutSegs: 200, RetransSegs: 60, FECRecovered: 9, FECErrs: 1 };
    const { sample } = add(history, engineSnapshot(2000, later));
    expect(sample).toMatchObject({ retrans: 0.1, fecRecovered: 2, fecFailed: 0 });
  });

  it('keeps ten minutes of seconds and a day of minutes', () => {
    const history = begun();
    let minutes = 0;
    for (let second = 1; second <= 25 * 3600; second++) {
      if (add(history, engineSnapshot(second * 1000), carried(second * 10)).minute) minutes++;
    }
    expect(minutes).toBe(25 * 60);
    expect(history.history.seconds).toHaveLength(600);
    expect(history.history.minutes).toHaveLength(1440);
    expect(history.history.minutes[0].at).toBe((60 + 1) * 60_000);
    expect(history.history.minutes.every(({ up }) => up === 10)).toBe(true);
  });

  it('keeps samples over a restart of the engine, whose totals start anew', () => {
    const history = begun();
    add(history, engineSnapshot(1000), carried(500));
    history.end(1500);
    history.begin(engineSnapshot(5000), carried());
    const { sample, totals } = add(history, engineSnapshot(6000), carried(100));
    expect(sample.up).toBe(100);
    expect(totals).toMatchObject({ since: 5000, up: 100 });
    expect(history.history.seconds).toHaveLength(2);
  });

  it('lists connections that are open, and those closed within a minute', () => {
    const history = begun();
    add(history, engineSnapshot(1000, {}, { streams: [streamSnapshot('1:3'), streamSnapshot('1:5')] }));
    history.addClosed([streamSnapshot('1:3', { sent: 9 })], 2000);
    add(history, engineSnapshot(2000, {}, { streams: [streamSnapshot('1:5')] }));
    expect(history.history.seconds.map(({ connections }) => connections)).toEqual([2, 1]);
    expect(history.connections.map(({ id, sent, closedAt }) => [id, sent, closedAt])).toEqual([
      ['1:5', 0, null],
      ['1:3', 9, 2000],
    ]);
    add(history, engineSnapshot(62_001, {}, { streams: [streamSnapshot('1:5')] }));
    expect(history.connections).toHaveLength(1);
    history.end(63_000);
    expect(history.connections).toEqual([{ ...streamSnapshot('1:5'), closedAt: 63_000 }]);
  });

  it('remembers a bounded number of closed connections', () => {
    const history = begun();
    for (let i = 0; i < 5000; i++) history.addClosed([streamSnapshot(`1:${i}`)], 10);
    expect(history.connections).toHaveLength(1000);
    expect(history.connections.at(-1)!.id).toBe('1:4999');
  });
});
