import { describe, expect, it } from 'vitest';
import type { StateEvent } from '../../../src-main/tunnels/messages.ts';
import { StateMachine } from '../../../src-main/tunnels/state-machine.ts';
import type { Counters } from '../../../shared/counters.ts';
import type { SessionSnapshot } from '../../../shared/snapshot.ts';
import { engineSnapshot, sessionSnapshot } from '../../support/snapshots.ts';

const NO_TRAFFIC = { sent: 0, received: 0 };
const remote = '192.0.2.1:29900';
const listening: StateEvent = { kind: 'listening', address: '127.0.0.1:12948' };
const dialling: StateEvent = { kind: 'dialling', remote };

function machine() {
  const states = new StateMachine(0);
  return {
    at(
      time: number,
      events: StateEvent[],
      sessions: Partial<SessionSnapshot>[] = [],
      counters: Partial<Counters> = {},
    ) {
      const snapshot = engineSnapshot(time, counters, { sessions: sessions.map(sessionSnapshot) });
      states.add({
        kind: 'report',
        tick: false,
        snapshot,
        traffic: NO_TRAFFIC,
        events,
        closed: [],
        lines: [],
      });
      return states.state;
    },
    states,
  };
}

describe('StateMachine', () => {
  it('goes from starting by listening and connecting to connected, which only an answer brings', () => {
    const { at, states } = machine();
    expect(states.state).toEqual({ kind: 'starting', since: 0 });
    expect(at(10, [listening])).toEqual({ kind: 'listening', since: 10, address: '127.0.0.1:12948' });
    expect(at(20, [dialling], [{ state: 'dialling' }])).toMatchObject({
      kind: 'connecting',
      since: 20,
      diagnosis: null,
    });
    expect(at(3000, [], [{ state: 'dialling' }])).toMatchObject({ kind: 'connecting', diagnosis: null });
    expect(at(3100, [{ kind: 'up', remote }], [{ state: 'up' }])).toEqual({
      kind: 'connected',
      since: 3100,
      address: '127.0.0.1:12948',
    });
  });

  it('calls a silent server unanswered, with the likely causes, and keeps saying so between attempts', () => {
    const { at } = machine();
    at(0, [listening, dialling], [{ state: 'dialling' }]);
    const diagnosis = {
      code: 'no-answer',
      remote,
      since: 0,
      checksumErrors: 0,
      likely: ['wrong-key', 'wrong-crypt', 'wrong-address', 'server-down', 'udp-blocked'],
    };
    expect(at(4000, [], [{ state: 'dialling' }])).toMatchObject({ kind: 'connecting', since: 0, diagnosis });
    const lost: StateEvent = { kind: 'lost', remote, code: 'keepalive-timeout', message: 'nothing heard' };
    expect(at(30_000, [lost, { kind: 'retry', attempt: 1, at: 31_000 }])).toMatchObject({
      kind: 'connecting',
      attempt: 1,
      nextTryAt: 31_000,
      diagnosis,
    });
    expect(at(31_000, [dialling], [{ state: 'dialling' }])).toMatchObject({ nextTryAt: null, diagnosis });
  });

  it('knows a wrong key by the checksum errors that come instead of answers', () => {
    const { at } = machine();
    at(0, [listening, dialling], [{ state: 'dialling' }]);
    expect(at(5000, [], [{ state: 'dialling' }], { InCsumErrors: 12 })).toMatchObject({
      diagnosis: { checksumErrors: 12, likely: ['wrong-key', 'wrong-crypt'] },
    });
  });

  it('knows at once a port that nobody listens at, where the network says so', () => {
    const { at } = machine();
    expect(at(0, [listening, dialling], [{ state: 'dialling', troubles: ['refused'] }])).toMatchObject({
      diagnosis: { code: 'no-answer', likely: ['server-down', 'wrong-address'] },
    });
    at(100, [{ kind: 'up', remote }], [{ state: 'up' }]);
    expect(at(200, [dialling], [{ state: 'dialling' }])).toMatchObject({
      kind: 'reconnecting',
      diagnosis: null,
    });
  });

  it('names a name that does not resolve', () => {
    const { at } = machine();
    const lost: StateEvent = {
      kind: 'lost',
      remote: 'nowhere.invalid:1',
      code: 'resolve-failed',
      message: 'ENOTFOUND',
    };
    expect(at(0, [listening, lost, { kind: 'retry', attempt: 1, at: 1000 }])).toMatchObject({
      kind: 'connecting',
      attempt: 1,
      nextTryAt: 1000,
      diagnosis: { code: 'resolve-failed', remote: 'nowhere.invalid:1', detail: 'ENOTFOUND' },
    });
  });

  it('reconnects after a loss, counts the attempts, and forgets the cause once it is back', () => {
    const { at } = machine();
    at(0, [listening, dialling], [{ state: 'dialling' }]);
    at(100, [{ kind: 'up', remote }], [{ state: 'up' }]);
    const lost: StateEvent = { kind: 'lost', remote, code: 'keepalive-timeout', message: 'nothing heard' };
    expect(at(50_000, [lost, { kind: 'retry', attempt: 1, at: 51_000 }])).toMatchObject({
      kind: 'reconnecting',
      since: 50_000,
      attempt: 1,
      nextTryAt: 51_000,
      diagnosis: { code: 'went-quiet', remote, since: 0 },
    });
    expect(at(90_000, [{ kind: 'retry', attempt: 2, at: 92_000 }])).toMatchObject({
      since: 50_000,
      attempt: 2,
      nextTryAt: 92_000,
    });
    expect(at(92_000, [dialling], [{ state: 'dialling' }])).toMatchObject({
      kind: 'reconnecting',
      nextTryAt: null,
    });
    expect(at(92_100, [{ kind: 'up', remote }], [{ state: 'up' }])).toMatchObject({
      kind: 'connected',
      since: 92_100,
    });
    expect(at(93_000, [], [])).toMatchObject({ kind: 'reconnecting', attempt: 0, diagnosis: null });
  });

  it('stays connected while one session of several is up', () => {
    const { at } = machine();
    at(0, [listening, dialling], [{ state: 'up' }]);
    const lost: StateEvent = { kind: 'lost', remote, code: 'peer-closed', message: 'closed' };
    expect(at(9000, [lost], [{ state: 'up' }, { state: 'dialling' }]).kind).toBe('connected');
  });

  it('reconnects as soon as a session is dialled beside one that has gone silent', () => {
    const { at } = machine();
    at(0, [listening, dialling], [{ state: 'up' }]);
    const silent: Partial<SessionSnapshot> = { state: 'degraded', troubles: ['nothing-heard'] };
    expect(at(4000, [], [{ ...silent, heardAgo: 3010 }])).toMatchObject({
      kind: 'degraded',
      since: 4000,
      why: { code: 'went-quiet', remote, since: 1000 },
    });
    const reconnecting = { kind: 'reconnecting', since: 4500, diagnosis: { code: 'went-quiet' } };
    expect(at(4500, [dialling], [silent, { state: 'dialling' }])).toMatchObject({
      ...reconnecting,
      attempt: 0,
    });
    const lost: StateEvent = { kind: 'lost', remote, code: 'keepalive-timeout', message: 'no answer' };
    expect(at(8500, [lost, { kind: 'retry', attempt: 1, at: 9500 }], [silent])).toMatchObject({
      ...reconnecting,
      attempt: 1,
      nextTryAt: 9500,
    });
    expect(at(8600, [], [{ state: 'up' }])).toMatchObject({ kind: 'connected', since: 8600 });
  });

  it('is not connected by a replaced session that only lives on for its streams', () => {
    const { at } = machine();
    at(0, [listening, dialling], [{ state: 'up' }]);
    expect(at(50, [dialling], [{ state: 'up', expired: true }, { state: 'dialling' }]).kind).toBe(
      'reconnecting',
    );
  });

  it.each([
    [['wrong-smux-version'] as const, 'wrong-smux-version'],
    [['checksum-errors'] as const, 'checksum-errors'],
    [['nothing-heard'] as const, 'went-quiet'],
    [['heavy-loss'] as const, 'heavy-loss'],
    [['heavy-loss', 'wrong-smux-version'] as const, 'wrong-smux-version'],
  ])('is degraded by %j, because of %s', (troubles, code) => {
    const { at } = machine();
    expect(at(0, [listening], [{ state: 'degraded', troubles: [...troubles] }])).toMatchObject({
      kind: 'degraded',
      why: { code },
    });
  });

  it('tells a change from none', () => {
    const states = new StateMachine(0);
    const report = (at: number, events: StateEvent[]) =>
      states.add({
        kind: 'report',
        tick: true,
        snapshot: engineSnapshot(at),
        traffic: NO_TRAFFIC,
        events,
        closed: [],
        lines: [],
      });
    expect(report(1, [listening])).toBe(true);
    expect(report(1001, [])).toBe(false);
  });
});
