import { describe, expect, it } from 'vitest';
import type { LinkSnapshot } from '../../../src-main/engine/snapshot.ts';
import { tunnelState } from '../../../src-main/tunnels/tunnel-state.ts';
import type { Counters } from '../../../shared/counters.ts';
import type { TunnelState } from '../../../shared/state.ts';
import { downLink, engineSnapshot, upLink } from '../../support/snapshots.ts';

const remote = '192.0.2.1:29900';
const address = '127.0.0.1:12948';
const quiet = { code: 'keepalive-timeout', message: 'nothing heard' } as const;
const unresolved = { code: 'resolve-failed', message: 'ENOTFOUND' } as const;

const OFF: TunnelState = { kind: 'off' };
const state = (
  links: LinkSnapshot[],
  counters: Partial<Counters> = {},
  at = 5000,
  before: TunnelState = OFF,
): TunnelState => tunnelState(engineSnapshot(at, counters, { links }), before);

describe('the state of a tunnel', () => {
  it('is starting until the engine listens', () => {
    const snapshot = engineSnapshot(7, {}, { address: null, links: [downLink()] });
    expect(tunnelState(snapshot, OFF)).toEqual({ kind: 'starting', since: 7 });
  });

  it('is listening where nothing is dialled', () =>
    expect(state([])).toEqual({ kind: 'listening', since: 5000, address }));

  it('is connecting until the server has answered for the first time', () =>
    expect(state([downLink({ since: 4000, attempt: 2, nextTryAt: 6000 })])).toEqual({
      kind: 'connecting',
      since: 5000,
      address,
      attempt: 2,
      nextTryAt: 6000,
      diagnosis: null,
    }));

  it('is reconnecting when it has answered before', () =>
    expect(state([downLink({ heardAt: 3000 })])).toMatchObject({ kind: 'reconnecting', diagnosis: null }));

  it('keeps its beginning while it stays of one kind', () => {
    const before = state([upLink()], {}, 1000);
    expect(state([upLink()], {}, 2000, before)).toEqual(before);
    expect(state([downLink()], {}, 2000, before)).toMatchObject({ kind: 'connecting', since: 2000 });
  });

  it('is as good as the best of its links', () => {
    expect(state([downLink({ cause: unresolved }), upLink(), downLink({ unanswered: true })])).toEqual({
      kind: 'connected',
      since: 5000,
      address,
    });
    expect(state([upLink({ troubles: ['heavy-loss'] }), upLink()]).kind).toBe('degraded');
  });

  it('of several links that are down tells the most tries, and the next dial of any', () => {
    const links = [
      downLink({ attempt: 1, nextTryAt: 9000, heardAt: 1000 }),
      downLink({ attempt: 3, nextTryAt: 7000 }),
    ];
    expect(state(links)).toMatchObject({ kind: 'reconnecting', attempt: 3, nextTryAt: 7000 });
    expect(state([...links, downLink()])).toMatchObject({ nextTryAt: null });
  });

  it.each([
    [['checksum-errors'] as const, 'checksum-errors'],
    [['heavy-loss'] as const, 'heavy-loss'],
    [['heavy-loss', 'checksum-errors'] as const, 'checksum-errors'],
  ])('is degraded by %j, because of %s', (troubles, code) =>
    expect(state([upLink({ state: 'degraded', troubles: [...troubles] })])).toMatchObject({
      kind: 'degraded',
      why: { code },
    }),
  );

  it('is degraded while nothing of a server is understood that sent another smux version before', () =>
    expect(state([upLink({}, { code: 'smux-version', message: 'smux: version 1 seen' })])).toMatchObject({
      kind: 'degraded',
      why: {
        code: 'wrong-smux-version',
        remote,
        likely: ['wrong-smuxver', 'wrong-compression', 'wrong-qpp'],
      },
    }));
});

describe('why no link is up', () => {
  it('calls a silent server unanswered, with the likely causes and since when it is dialled', () =>
    expect(
      state([downLink({ since: 3000, unanswered: true }), downLink({ since: 900, unanswered: true })]),
    ).toMatchObject({
      diagnosis: {
        code: 'no-answer',
        remote,
        since: 900,
        checksumErrors: 0,
        likely: ['wrong-key', 'wrong-crypt', 'wrong-address', 'server-down', 'udp-blocked'],
      },
    }));

  it('knows a wrong key by the checksum errors that come instead of answers', () =>
    expect(state([downLink({ unanswered: true })], { InCsumErrors: 12 })).toMatchObject({
      diagnosis: { checksumErrors: 12, likely: ['wrong-key', 'wrong-crypt'] },
    }));

  it('knows at once a port that nobody listens at, where the network says so', () =>
    expect(state([downLink({ refused: true })])).toMatchObject({
      diagnosis: { code: 'no-answer', likely: ['server-down', 'wrong-address'] },
    }));

  it('names a name that does not resolve, whatever the others wait for', () =>
    expect(state([downLink({ unanswered: true }), downLink({ cause: unresolved })])).toMatchObject({
      diagnosis: { code: 'resolve-failed', remote, detail: 'ENOTFOUND' },
    }));

  it('tells since when a server that answered is quiet', () =>
    expect(
      state([
        downLink({ heardAt: 1000, cause: quiet, unanswered: true }),
        downLink({ heardAt: 3000, cause: quiet }),
      ]),
    ).toMatchObject({
      kind: 'reconnecting',
      diagnosis: {
        code: 'went-quiet',
        remote,
        since: 3000,
        likely: ['server-down', 'offline', 'udp-blocked'],
      },
    }));

  it('thinks of smuxver first where a server acknowledges, says nothing, and goes', () =>
    expect(state([downLink({ heardAt: 1000, cause: quiet, understood: false })])).toMatchObject({
      diagnosis: { code: 'went-quiet', likely: expect.arrayContaining(['wrong-smuxver', 'server-down']) },
    }));
});
