import type { Counters } from '../../shared/counters.ts';
import type { Refusals, SessionSnapshot, StreamSnapshot } from '../../shared/snapshot.ts';
import type { EngineErrorCode } from './errors.ts';
import type { UsedServer } from '../../shared/servers.ts';
import type { Session } from './session/types.ts';

export interface LinkCause {
  code: EngineErrorCode;
  message: string;
}

/**
 * One of a client's ways to its server, and whether new streams get through. Times are milliseconds since 1970.
 * `remote` is what is dialled, `heardAt` when anything valid was last received there, null where it never was.
 */
export type LinkSnapshot = { remote: string; heardAt: number | null } & (
  | {
      kind: 'up';
      session: SessionSnapshot;
      /** the session before ended over what the server sent, and nothing of this one has been read yet */
      misread: LinkCause | null;
    }
  | {
      kind: 'down';
      since: number;
      /** dials and short-lived sessions since a session held */
      attempt: number;
      /** when the next dial is, null while one is under way */
      nextTryAt: number | null;
      /** a dial was given up unanswered, or refused, since then */
      unanswered: boolean;
      /** the network said since then that nobody listens at the server's port */
      refused: boolean;
      /** why the last dial sent nothing, or else why the session before is not used any more */
      cause: LinkCause | null;
      /** a smux frame of the server has been read, ever */
      understood: boolean;
    }
);

/** Everything about one running client or server at one moment. */
export interface EngineSnapshot {
  /** milliseconds since 1970 */
  at: number;
  /** where it listens, with the real port; null before it does */
  address: string | null;
  counters: Counters;
  /** at a client with several servers */
  used?: UsedServer;
  /** at a client: the smux version of each server that was learned, by its remoteaddr */
  learned?: Readonly<Record<string, 1 | 2>>;
  /** at a client: one for each of the `conn` sessions that are kept */
  links: LinkSnapshot[];
  /** the replaced ones that live on for their streams included */
  sessions: SessionSnapshot[];
  streams: StreamSnapshot[];
  /** at a server */
  refusals?: Refusals;
}

/** Adds to `engine` the gauges that are sums over the sessions there are. */
export function engineSnapshot(
  engine: Omit<EngineSnapshot, 'sessions'>,
  sessions: Iterable<Session>,
): EngineSnapshot {
  const snapshot = {
    ...engine,
    counters: { ...engine.counters },
    sessions: [...sessions].map((s) => s.snapshot()),
  };
  const sum = (field: 'sndQueue' | 'rcvQueue' | 'inFlight'): number =>
    snapshot.sessions.reduce((total, session) => total + session[field], 0);
  snapshot.counters.RingBufferSndQueue = sum('sndQueue');
  snapshot.counters.RingBufferRcvQueue = sum('rcvQueue');
  snapshot.counters.RingBufferSndBuffer = sum('inFlight');
  return snapshot;
}
