import type { Diagnosis } from './diagnosis.ts';
import type { UsedServer } from './servers.ts';

interface AmongServers {
  /** which is in use, where there are several */
  server?: UsedServer;
}

interface Dialling extends AmongServers {
  since: number;
  address: string;
  attempt: number;
  nextTryAt: number | null;
  diagnosis: Diagnosis | null;
}

/**
 * What a tunnel is doing. Times are milliseconds since 1970; `since` is when this state began.
 * Each variant holds only its own data.
 */
export type TunnelState =
  | { kind: 'off' }
  /** the worker is coming up */
  | { kind: 'starting'; since: number }
  /** the local port is open, and nothing has been tried yet */
  | ({ kind: 'listening'; since: number; address: string } & AmongServers)
  /** a session is dialled and not yet acknowledged; `diagnosis` when that has taken too long or failed */
  | ({ kind: 'connecting' } & Dialling)
  /** the peer has answered; `notice` is what does not hinder it and could be better */
  | ({ kind: 'connected'; since: number; address: string; notice?: Diagnosis } & AmongServers)
  /** was connected; the last session is gone */
  | ({ kind: 'reconnecting' } & Dialling)
  /** connected, but in trouble */
  | ({ kind: 'degraded'; since: number; address: string; why: Diagnosis } & AmongServers)
  /** nothing runs; `nextTryAt` when it will be tried again by itself, null when somebody must act */
  | { kind: 'failed'; since: number; diagnosis: Diagnosis; nextTryAt: number | null };

/** Which server new connections go to, where there are several and it is known. */
export const usedServer = (state: TunnelState): UsedServer | undefined =>
  'server' in state ? state.server : undefined;

/** What the user should read about a state that is not well, or null where all is. */
export const diagnosisOf = (state: TunnelState): Diagnosis | null =>
  'diagnosis' in state ? state.diagnosis : 'why' in state ? state.why : null;

/** What is worth knowing of a tunnel that works. */
export const noticeOf = (state: TunnelState): Diagnosis | null =>
  state.kind === 'connected' ? (state.notice ?? null) : null;

export type TunnelStateKind = TunnelState['kind'];

export const OFF: TunnelState = { kind: 'off' };

/** Whether the user has it switched on, whatever has become of it. */
export const isOn = (state: TunnelState): boolean => state.kind !== 'off';

/** One word for all tunnels together, the most urgent first: what the tray icon shows. */
export type OverallState = 'off' | 'busy' | 'connected' | 'trouble';

export function overallState(states: Iterable<TunnelState>): OverallState {
  let overall: OverallState = 'off';
  for (const { kind } of states) {
    if (kind === 'failed' || kind === 'degraded' || kind === 'reconnecting') return 'trouble';
    if (kind === 'starting' || kind === 'listening' || kind === 'connecting') overall = 'busy';
    else if (kind === 'connected' && overall === 'off') overall = 'connected';
  }
  return overall;
}
