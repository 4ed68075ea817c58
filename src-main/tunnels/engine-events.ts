import type { EngineEvent } from '../engine/events.ts';
import type { LogLevel } from '../../shared/log.ts';
import type { StateEvent } from './messages.ts';

/** The event as it moves the tunnel's state, or null where it does not. `now` is milliseconds since 1970. */
export function stateEventOf(event: EngineEvent, now: number): StateEvent | null {
  switch (event.kind) {
    case 'listening':
      return { kind: 'listening', address: event.address };
    case 'dialling':
      return { kind: 'dialling', remote: event.remote };
    case 'up':
      return { kind: 'up', remote: event.remote };
    case 'session-closed':
      return { kind: 'lost', remote: event.remote, code: event.error.code, message: event.error.message };
    case 'redial':
      return { kind: 'retry', attempt: event.attempt, at: now + event.inMs };
    case 'trouble':
      return { kind: 'trouble' };
    default:
      return null;
  }
}

export const levelOf = ({ kind }: EngineEvent): LogLevel =>
  kind === 'session-closed' || kind === 'trouble' || kind === 'refused' ? 'warn' : 'info';

/** What kcptun's option `quiet` leaves out. */
export const isStreamEvent = ({ kind }: EngineEvent): boolean =>
  kind === 'stream-opened' || kind === 'stream-closed';
