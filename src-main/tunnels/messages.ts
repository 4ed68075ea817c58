import type { EngineErrorCode } from '../engine/errors.ts';
import type { ClientOptions, ServerOptions } from '../../shared/options.ts';
import type { LogLevel } from '../../shared/log.ts';
import type { SpareOptions } from '../../shared/servers.ts';
import type { StreamSnapshot } from '../../shared/snapshot.ts';
import type { EngineSnapshot } from '../engine/snapshot.ts';

/** What a worker is given at its start. */
export type EngineSpec = (
  | {
      role: 'client';
      options: ClientOptions;
      spares?: readonly SpareOptions[];
      learned?: Readonly<Record<string, 1 | 2>>;
    }
  | { role: 'server'; options: ServerOptions }
) & {
  udp: 'auto' | 'dgram';
};

export interface WorkerLine {
  at: number;
  level: LogLevel;
  text: string;
}

/** Bytes of the connections since the engine began, before compression: kcptun's BytesSent is behind it. */
export interface Traffic {
  sent: number;
  received: number;
}

/** What is new since the last report. */
export interface Report {
  kind: 'report';
  /** whether this is the regular report of the second; the others bring news of the state early */
  tick: boolean;
  snapshot: EngineSnapshot;
  traffic: Traffic;
  closed: StreamSnapshot[];
  lines: WorkerLine[];
}

/** From the worker. `failed` ends it: the engine did not start. */
export type FromWorker =
  | Report
  | { kind: 'failed'; code: EngineErrorCode | 'internal'; message: string }
  /** everything is closed; the worker ends by itself */
  | { kind: 'closed' };

export type ToWorker = { kind: 'redial' } | { kind: 'close' };
