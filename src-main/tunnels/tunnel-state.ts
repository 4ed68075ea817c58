import type { EngineSnapshot, LinkSnapshot } from '../engine/snapshot.ts';
import type { TunnelState } from '../../shared/state.ts';
import { ofDown, ofMisread, ofTroubles } from './diagnosis.ts';

type Timeless<S> = S extends { since: number } ? Omit<S, 'since'> : S;

/** What a running tunnel is doing, by what its engine says. `since` stays while the kind of `before` does. */
export function tunnelState(snapshot: EngineSnapshot, before: TunnelState): TunnelState {
  const next = fold(snapshot);
  const since = next.kind === before.kind && 'since' in before ? before.since : snapshot.at;
  return { ...next, since } as TunnelState;
}

/** All links together: as good as the best of them. Connected is what the server has proved, never assumed. */
function fold(snapshot: EngineSnapshot): Timeless<TunnelState> {
  const { address: at, links, used } = snapshot;
  if (at === null) return { kind: 'starting' };
  const where = { address: at, ...(used && { server: used }) };
  const up = links.filter(({ kind }) => kind === 'up') as Extract<LinkSnapshot, { kind: 'up' }>[];
  if (up.length > 0) {
    const misread = up.find((link) => link.misread);
    if (misread) return { kind: 'degraded', ...where, why: ofMisread(misread) };
    const troubled = up.find(({ session }) => session.troubles.length > 0);
    if (!troubled) return { kind: 'connected', ...where };
    return { kind: 'degraded', ...where, why: ofTroubles(troubled.session, snapshot) };
  }
  const down = links.filter(({ kind }) => kind === 'down') as Extract<LinkSnapshot, { kind: 'down' }>[];
  if (down.length === 0) return { kind: 'listening', ...where };
  const next = down.map(({ nextTryAt }) => nextTryAt);
  return {
    kind: down.some(({ heardAt }) => heardAt !== null) ? 'reconnecting' : 'connecting',
    ...where,
    attempt: Math.max(...down.map(({ attempt }) => attempt)),
    // null is now
    nextTryAt: next.includes(null) ? null : Math.min(...(next as number[])),
    diagnosis: ofDown(down, snapshot),
  };
}
