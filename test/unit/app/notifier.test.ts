import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Notifier } from '../../../src-main/app/notifier.ts';
import type { TunnelState } from '../../../shared/state.ts';
import { Locale } from '../../../shared/words/locale.ts';

const address = '127.0.0.1:1';
const connected: TunnelState = { kind: 'connected', since: 0, address };
const reconnecting: TunnelState = {
  kind: 'reconnecting',
  since: 0,
  address,
  attempt: 1,
  nextTryAt: null,
  diagnosis: { code: 'resolve-failed', remote: 'vps:29900', detail: 'ENOTFOUND', likely: [] },
};

let wanted = true;
let told: string[];
let notifier: Notifier;

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
  wanted = true;
  told = [];
  notifier = new Notifier(
    () => new Locale('en'),
    () => wanted,
    (title, body) => told.push(`${title}: ${body}`),
  );
});
afterEach(() => {
  notifier.stop();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const be = (state: TunnelState, id = 'a', demo = false) =>
  notifier.onState({
    profile: { id, name: `tunnel ${id}`, colour: 'red', autostart: false, options: {}, extra: {}, demo },
    state,
    up: 0,
    down: 0,
    ping: null,
  });

describe('Notifier', () => {
  it('tells a loss with its cause, and the recovery', () => {
    be(connected);
    be(reconnecting);
    vi.advanceTimersByTime(5000);
    be(connected);
    expect(told).toEqual([
      'tunnel a has lost its connection: The name in vps:29900 cannot be found',
      'tunnel a is connected again: The tunnel works as before.',
    ]);
  });

  it('tells that another server is in use, and why, once', () => {
    const remote = 'b:1';
    be({ ...connected, server: { index: 0, remote: 'a:1', moved: null } });
    be({ ...connected, server: { index: 1, remote, moved: { from: 'a:1', why: 'dead' } } });
    be({ ...reconnecting, server: { index: 1, remote, moved: { from: 'a:1', why: 'dead' } } });
    be({ ...connected, server: { index: 0, remote: 'a:1', moved: { from: remote, why: 'back' } } });
    // the nearest one was there from the beginning
    be({ ...connected, server: { index: 2, remote: 'c:1', moved: null } }, 'b');
    expect(told).toEqual([
      'tunnel a uses another server: a:1 does not answer. New connections go to b:1.',
      'tunnel a uses another server: a:1 answers well again, and takes new connections.',
    ]);
  });

  it('says nothing of a loss that mends itself at once', () => {
    be(connected);
    be(reconnecting);
    vi.advanceTimersByTime(4999);
    be(connected);
    vi.advanceTimersByTime(60_000);
    expect(told).toEqual([]);
  });

  it('says nothing of what the user did himself, of what never worked, or of the demo', () => {
    be(connected);
    be({ kind: 'off' });
    be(reconnecting);
    be(connected, 'demo', true);
    be(reconnecting, 'demo', true);
    be({ ...reconnecting, kind: 'connecting' }, 'b');
    be({ ...reconnecting, kind: 'failed', diagnosis: reconnecting.diagnosis! } as TunnelState, 'c');
    vi.advanceTimersByTime(60_000);
    expect(told).toEqual([]);
  });

  it('is throttled: a tunnel that flaps is told of once a minute at most', () => {
    for (let i = 0; i < 30; i++) {
      be(connected);
      be(reconnecting);
      vi.advanceTimersByTime(10_000);
    }
    expect(told.length).toBeLessThanOrEqual(2 * 5);
    expect(told.length).toBeGreaterThan(0);
  });

  it('forgets after sleep what was about to be told, and gives the tunnels time', () => {
    be(connected);
    be(reconnecting);
    vi.advanceTimersByTime(4000);
    notifier.resumed();
    vi.advanceTimersByTime(15_000);
    expect(told).toEqual([]);
    be(connected);
    vi.advanceTimersByTime(60_000);
    expect(told).toEqual([]);
    be(reconnecting);
    vi.advanceTimersByTime(5000);
    expect(told).toHaveLength(1);
  });

  it('can be turned off', () => {
    wanted = false;
    be(connected);
    be(reconnecting);
    vi.advanceTimersByTime(10_000);
    be(connected);
    expect(told).toEqual([]);
  });
});
