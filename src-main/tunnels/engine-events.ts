import type { EngineError } from '../engine/errors.ts';
import type { LogLevel } from '../../shared/log.ts';
import type { StreamSnapshot, Trouble } from '../../shared/snapshot.ts';
import type { StateEvent } from './messages.ts';

/** What an engine says by itself. */
export type EngineEvent =
  | { kind: 'listening'; address: string }
  | { kind: 'dialling'; remote: string }
  | { kind: 'up'; remote: string }
  | { kind: 'session-closed'; remote: string; error: EngineError }
  | { kind: 'redial'; attempt: number; inMs: number }
  | { kind: 'trouble'; remote: string; trouble: Trouble }
  | { kind: 'stream-opened'; stream: StreamSnapshot; remote: string }
  | { kind: 'stream-closed'; stream: StreamSnapshot; remote: string };

/** The event as it moves the tunnel's state, or null where it does not. `now` is milliseconds since 1970. */
export function stateEventOf(event: EngineEvent, now: number): StateEvent | null {
  switch (event.kind) {
    case 'listening':
    case 'dialling':
    case 'up':
      return event;
    case 'session-closed':
      return { kind: 'lost', remote: event.remote, code: event.error.code, message: event.error.message };
    case 'redial':
      return { kind: 'retry', attempt: event.attempt, at: now + event.inMs };
    case 'trouble':
      return { kind: 'trouble', trouble: event.trouble };
    case 'stream-opened':
    case 'stream-closed':
      return null;
  }
}

/** The event as a line of the log, in kcptun's words where it has words for it. */
export function lineOf(event: EngineEvent): { level: LogLevel; text: string } {
  switch (event.kind) {
    case 'listening':
      return { level: 'info', text: `listening on: ${event.address}` };
    case 'dialling':
      return { level: 'info', text: `dialling: ${event.remote}` };
    case 'up':
      return { level: 'info', text: `connected: ${event.remote}` };
    case 'session-closed':
      return { level: 'warn', text: `session closed: ${event.remote}: ${event.error.message}` };
    case 'redial':
      return {
        level: 'info',
        text: `dialling again in ${(event.inMs / 1000).toFixed(1)} s (attempt ${event.attempt})`,
      };
    case 'trouble':
      return { level: 'warn', text: `trouble with ${event.remote}: ${event.trouble}` };
    case 'stream-opened':
      return { level: 'info', text: `stream opened in: ${event.stream.source} out: ${event.remote}` };
    case 'stream-closed':
      return { level: 'info', text: `stream closed in: ${event.stream.source} out: ${event.remote}` };
  }
}
