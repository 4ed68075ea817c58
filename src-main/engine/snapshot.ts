import type { Counters } from '../../shared/counters.ts';
import type { EngineSnapshot, StreamSnapshot } from '../../shared/snapshot.ts';
import type { Session } from './session/types.ts';

/** One moment of an engine: the totals, and the gauges that are sums over the sessions there are. */
export function engineSnapshot(
  at: number,
  counters: Counters,
  sessions: Iterable<Session>,
  streams: StreamSnapshot[],
): EngineSnapshot {
  const snapshot = {
    at,
    counters: { ...counters },
    sessions: [...sessions].map((s) => s.snapshot()),
    streams,
  };
  const sum = (field: 'sndQueue' | 'rcvQueue' | 'inFlight'): number =>
    snapshot.sessions.reduce((total, session) => total + session[field], 0);
  snapshot.counters.RingBufferSndQueue = sum('sndQueue');
  snapshot.counters.RingBufferRcvQueue = sum('rcvQueue');
  snapshot.counters.RingBufferSndBuffer = sum('inFlight');
  return snapshot;
}
