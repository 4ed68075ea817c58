import type { EngineEvent } from '../engine/events.ts';
import type { LogLevel } from '../../shared/log.ts';

/** Whether the tunnel's state may be another after it. */
export const movesState = ({ kind }: EngineEvent): boolean =>
  kind === 'listening' ||
  kind === 'dialling' ||
  kind === 'up' ||
  kind === 'session-closed' ||
  kind === 'redial' ||
  kind === 'trouble';

export const levelOf = ({ kind }: EngineEvent): LogLevel =>
  kind === 'detail'
    ? 'debug'
    : kind === 'session-closed' || kind === 'trouble' || kind === 'refused' || kind === 'listener-failed'
      ? 'warn'
      : 'info';

/** What kcptun's option `quiet` leaves out. */
export const isStreamEvent = ({ kind }: EngineEvent): boolean =>
  kind === 'stream-opened' || kind === 'stream-closed';
