import { type Problem, problemLine } from '../../shared/options-problem.ts';
import type { SessionSnapshot, StreamSnapshot, Trouble } from '../../shared/snapshot.ts';
import type { EngineError } from './errors.ts';
import type { MoveCause } from '../../shared/servers.ts';
import type { Session } from './session/types.ts';

/** What a running client or server tells, as it happens. */
export type EngineEvent =
  /** an option is allowed and questionable; told before the start */
  | { kind: 'warning'; problem: Problem }
  /** something worth knowing that changes nothing, such as what this platform lacks */
  | { kind: 'note'; text: string }
  /** what only a maintainer wants to know: the log's level debug */
  | { kind: 'detail'; text: string }
  /** the local address as bound: the port is the real one */
  | { kind: 'listening'; address: string }
  /** it listens there no more; it will try to again in so many milliseconds, and `listening` follows */
  | { kind: 'listener-failed'; address: string; error: EngineError; inMs: number }
  /** a session is about to be dialled */
  | { kind: 'dialling'; remote: string }
  /** at the client: the peer has acknowledged something; at the server: a peer has begun a session, and answered */
  | { kind: 'up'; remote: string; conv: number }
  /** a session ended, or could not be dialled (conv null) */
  | { kind: 'session-closed'; remote: string; conv: number | null; error: EngineError }
  /** the next dial, the how manieth since a session last held, and in how many milliseconds */
  | { kind: 'redial'; remote: string; attempt: number; inMs: number }
  /** at a client with several servers: new sessions go to another from now on */
  | { kind: 'moved'; remote: string; from: string; why: MoveCause }
  /** a session takes no new streams */
  | { kind: 'expired'; remote: string; conv: number }
  | { kind: 'trouble'; remote: string; conv: number; trouble: Trouble }
  /** `in` is where the connection comes from, `out` where it goes; kcptun's words */
  | { kind: 'stream-opened'; in: string; out: string; stream: StreamSnapshot }
  | { kind: 'stream-closed'; in: string; out: string; stream: StreamSnapshot; reason: string | null }
  /** a connection that was accepted could not be carried, or a target not be reached */
  | { kind: 'refused'; in: string; reason: string };

export type EngineListener = (event: EngineEvent) => void;

/** Who listens to an engine. */
export class EventSource {
  readonly #listeners = new Set<EngineListener>();

  /** Calls `listener` with every event from now on; answers with the way to stop. */
  readonly onEvent = (listener: EngineListener): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  emit(event: EngineEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

/** Tells each trouble of a session when it begins; call what it gives with the list whenever that changes. */
export function troubleTeller(
  { remote, conv }: Session,
  emit: EngineListener,
): (troubles: readonly Trouble[]) => void {
  let known: readonly Trouble[] = [];
  return (troubles) => {
    const begun = troubles.filter((trouble) => !known.includes(trouble));
    known = [...troubles];
    for (const trouble of begun) emit({ kind: 'trouble', remote, conv, trouble });
  };
}

const MOVES: Record<MoveCause, (from: string) => string> = {
  dead: (from) => `${from} does not answer`,
  back: (from) => `it answers well again, after ${from}`,
  faster: (from) => `it is nearer than ${from}`,
};

/** The event as a line of a log, in kcptun's words where it has some. */
export function describeEvent(event: EngineEvent): string {
  switch (event.kind) {
    case 'warning':
      return `WARNING: ${problemLine(event.problem)}`;
    case 'note':
    case 'detail':
      return event.text;
    case 'listening':
      return `listening on: ${event.address}`;
    case 'listener-failed':
      return `not listening on: ${event.address} ${event.error.message}, again in ${(event.inMs / 1000).toFixed(1)} s`;
    case 'dialling':
      return `dialling: ${event.remote}`;
    case 'up':
      return `session up: ${event.remote} conv: ${event.conv}`;
    case 'session-closed':
      return event.conv === null
        ? `dial failed: ${event.remote} ${event.error.message}`
        : `session closed: ${event.remote} conv: ${event.conv} ${event.error.message}`;
    case 'redial':
      return `re-connecting: ${event.remote} in ${(event.inMs / 1000).toFixed(1)} s, attempt ${event.attempt}`;
    case 'moved':
      return `server changed: ${event.remote}, as ${MOVES[event.why](event.from)}`;
    case 'expired':
      return `session marked as expired: ${event.remote} conv: ${event.conv}`;
    case 'trouble':
      return `session in trouble: ${event.remote} conv: ${event.conv} ${event.trouble}`;
    case 'stream-opened':
      return `stream opened in: ${event.in} out: ${event.out}`;
    case 'stream-closed':
      return `stream closed in: ${event.in} out: ${event.out}${event.reason === null ? '' : ` ${event.reason}`}`;
    case 'refused':
      return `refused in: ${event.in} ${event.reason}`;
  }
}

/** A session's state in a line, for the log. */
export const describeSession = (s: SessionSnapshot): string =>
  `conv: ${s.conv} ${s.state} ${s.troubles.join(',')} srtt: ${s.srtt} rttvar: ${s.rttvar} rto: ${s.rto} cwnd: ${s.cwnd} ` +
  `rmt_wnd: ${s.rmtWnd} in flight: ${s.inFlight} queued: ${s.sndQueue}/${s.rcvQueue} streams: ${s.streams} ` +
  `heard: ${s.heardAgo === null ? 'never' : `${Math.round(s.heardAgo)} ms ago`}`;
