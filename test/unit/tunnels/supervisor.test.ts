import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EngineSpec } from '../../../src-main/tunnels/messages.ts';
import { Supervisor } from '../../../src-main/tunnels/supervisor.ts';
import type { TunnelNews } from '../../../src-main/tunnels/tunnel.ts';
import { defaultOptions } from '../../../shared/options.ts';
import { engineSnapshot, sessionSnapshot, upLink } from '../../support/snapshots.ts';
import { WorkerDouble } from '../../support/worker-double.ts';

const spec: EngineSpec = { role: 'client', options: defaultOptions('client'), udp: 'auto' };

function supervised() {
  const workers: WorkerDouble[] = [];
  const news: [string, TunnelNews][] = [];
  const supervisor = new Supervisor(
    (given) => {
      const worker = new WorkerDouble(given);
      workers.push(worker);
      return worker;
    },
    (id, part) => news.push([id, part]),
  );
  const states = () => news.flatMap(([, { state }]) => (state ? [state.kind] : []));
  return { supervisor, workers, news, states };
}

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

describe('Supervisor', () => {
  it('runs a worker for each tunnel that is on, and passes on what it reports', () => {
    const { supervisor, workers, news, states } = supervised();
    supervisor.start('a', spec);
    supervisor.start('a', spec);
    expect(workers).toHaveLength(1);
    expect(workers[0].spec).toEqual(spec);
    workers[0].listen();
    vi.advanceTimersByTime(1000);
    const line = { at: 1, level: 'info' as const, text: 'connected' };
    workers[0].report({
      tick: true,
      lines: [line],
      snapshot: engineSnapshot(Date.now(), {}, { links: [upLink()], sessions: [sessionSnapshot()] }),
      traffic: { sent: 100, received: 0 },
    });
    expect(states()).toEqual(['starting', 'listening', 'connected']);
    expect(news.at(-1)).toMatchObject(['a', { lines: [line], statistics: { sample: { up: 100 } } }]);
    expect(supervisor.history('a').seconds).toHaveLength(1);
    expect(supervisor.state('a').kind).toBe('connected');
  });

  it('stops by asking, and resolves when the worker is gone', async () => {
    const { supervisor, workers, states } = supervised();
    supervisor.start('a', spec);
    await supervisor.stop('a');
    expect(workers[0].received).toEqual([{ kind: 'close' }]);
    expect(workers[0].terminated).toBe(false);
    expect(states()).toEqual(['starting', 'off']);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(workers).toHaveLength(1);
  });

  it('ends a stuck worker after five seconds, and says so', async () => {
    const { supervisor, workers, news } = supervised();
    supervisor.start('a', spec);
    workers[0].stuck = true;
    const stopped = supervisor.stop('a');
    await vi.advanceTimersByTimeAsync(4999);
    expect(workers[0].terminated).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await stopped;
    expect(workers[0].terminated).toBe(true);
    expect(news.some(([, { lines }]) => lines?.[0].level === 'warn')).toBe(true);
  });

  it('starts again, with the new options, when switched on while it is switching off', async () => {
    const { supervisor, workers } = supervised();
    supervisor.start('a', spec);
    const stopped = supervisor.stop('a');
    const changed: EngineSpec = { ...spec, udp: 'dgram' };
    supervisor.start('a', changed);
    expect(workers).toHaveLength(1);
    await stopped;
    expect(workers).toHaveLength(2);
    expect(workers[1].spec).toBe(changed);
  });

  it('restarts a worker that dies with growing pauses, and leaves the others alone', async () => {
    const { supervisor, workers, states } = supervised();
    supervisor.start('other', spec);
    supervisor.start('a', spec);
    for (const pause of [1000, 2000, 5000, 10_000, 30_000, 60_000, 60_000]) {
      const before = workers.length;
      workers.at(-1)!.emit('error', new Error('out of memory'));
      workers.at(-1)!.exit(1);
      expect(supervisor.state('a')).toMatchObject({
        kind: 'failed',
        diagnosis: { code: 'worker-died', detail: 'out of memory' },
        nextTryAt: Date.now() + pause,
      });
      await vi.advanceTimersByTimeAsync(pause - 1);
      expect(workers).toHaveLength(before);
      await vi.advanceTimersByTimeAsync(1);
      expect(workers).toHaveLength(before + 1);
    }
    expect(workers[0].received).toEqual([]);
    expect(supervisor.state('other').kind).toBe('starting');
    expect(states().slice(0, 4)).toEqual(['starting', 'starting', 'failed', 'starting']);
    // one that has run for a while starts over with the shortest pause
    await vi.advanceTimersByTimeAsync(60_000);
    workers.at(-1)!.exit(1);
    expect(supervisor.state('a')).toMatchObject({ nextTryAt: Date.now() + 1000 });
  });

  it('tries a dead one at once when it is switched on again, and not at all when switched off', async () => {
    const { supervisor, workers } = supervised();
    supervisor.start('a', spec);
    workers[0].exit(1);
    supervisor.start('a', spec);
    expect(workers).toHaveLength(2);
    workers[1].exit(1);
    await supervisor.stop('a');
    await vi.advanceTimersByTimeAsync(120_000);
    expect(workers).toHaveLength(2);
    expect(supervisor.state('a')).toEqual({ kind: 'off' });
  });

  it('does not storm a port that is in use: one clear failure that names it', async () => {
    const { supervisor, workers, news } = supervised();
    supervisor.start('a', spec);
    workers[0].say({ kind: 'failed', code: 'port-in-use', message: 'port 12948 is in use' });
    workers[0].exit(0);
    expect(supervisor.state('a')).toMatchObject({
      kind: 'failed',
      diagnosis: { code: 'port-in-use', address: ':12948' },
      nextTryAt: null,
    });
    expect(news.flatMap(([, { lines }]) => lines ?? []).map(({ text }) => text)).toEqual([
      'port 12948 is in use',
    ]);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(workers).toHaveLength(1);
    supervisor.start('a', spec);
    expect(workers).toHaveLength(2);
  });

  it('redials all', () => {
    const { supervisor, workers } = supervised();
    supervisor.start('a', spec);
    supervisor.start('b', spec);
    supervisor.redialAll();
    expect(workers.map(({ received }) => received)).toEqual([[{ kind: 'redial' }], [{ kind: 'redial' }]]);
  });
});
