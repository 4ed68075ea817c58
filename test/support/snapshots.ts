import { type Counters, zeroCounters } from '../../shared/counters.ts';
import type { SessionSnapshot, StreamSnapshot } from '../../shared/snapshot.ts';
import type { EngineSnapshot, LinkCause, LinkSnapshot } from '../../src-main/engine/snapshot.ts';

/** Snapshots of engines that do not exist, with what a test does not care about filled in. */
export const sessionSnapshot = (part: Partial<SessionSnapshot> = {}): SessionSnapshot => ({
  conv: 1,
  remote: '192.0.2.1:29900',
  state: 'up',
  troubles: [],
  openedAt: 0,
  heardAgo: 10,
  expired: false,
  srtt: 50,
  rttvar: 5,
  rto: 100,
  sndWnd: 128,
  rcvWnd: 512,
  rmtWnd: 1024,
  cwnd: 1,
  inFlight: 0,
  sndQueue: 0,
  rcvQueue: 0,
  shardsExpected: null,
  shardsReceived: null,
  paritySent: 0,
  streams: 0,
  line: null,
  download: null,
  ...part,
});

export const streamSnapshot = (id: string, part: Partial<StreamSnapshot> = {}): StreamSnapshot => ({
  id,
  source: '127.0.0.1:5000',
  openedAt: 0,
  sent: 0,
  received: 0,
  ...part,
});

export const engineSnapshot = (
  at: number,
  counters: Partial<Counters> = {},
  part: Partial<EngineSnapshot> = {},
): EngineSnapshot => ({
  at,
  address: '127.0.0.1:12948',
  counters: { ...zeroCounters(), ...counters },
  links: [],
  sessions: [],
  streams: [],
  ...part,
});

type Down = Extract<LinkSnapshot, { kind: 'down' }>;

export const upLink = (
  session: Partial<SessionSnapshot> = {},
  misread: LinkCause | null = null,
): LinkSnapshot => ({
  kind: 'up',
  misread,
  remote: '192.0.2.1:29900',
  heardAt: 0,
  session: sessionSnapshot(session),
});

export const downLink = (part: Partial<Down> = {}): LinkSnapshot => ({
  kind: 'down',
  remote: '192.0.2.1:29900',
  heardAt: null,
  since: 0,
  attempt: 0,
  nextTryAt: null,
  unanswered: false,
  refused: false,
  cause: null,
  understood: true,
  ...part,
});
