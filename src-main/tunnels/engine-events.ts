import type { EngineEvent } from '../engine/events.ts';
import type { LogLevel } from '../../shared/log.ts';

/** Whether the tunnel's state may be another after it. */
export const movesState = ({ kind }: EngineEvent): boolean =>
  kind === 'listening' ||
  kind === 'dialling' ||
  kind === 'up' ||
  kind === 'session-closed' ||
  kind === 'redial' ||
  kind === 'moved' ||
  kind === 'trouble';

const WARNINGS: readonly EngineEvent['kind'][] = [
  ...(['warning', 'session-closed', 'moved', 'trouble', 'refused', 'listener-failed'] as const),
];

export const levelOf = ({ kind }: EngineEvent): LogLevel =>
  kind === 'detail' ? 'debug' : WARNINGS.includes(kind) ? 'warn' : 'info';

/** What kcptun's option `quiet` leaves out. */
export const isStreamEvent = ({ kind }: EngineEvent): boolean =>
  kind === 'stream-opened' || kind === 'stream-closed';
