/** Why a tunnel does not work as it should; the window says what to do about each code. */
export type DiagnosisCode =
  /** dialled, and the server has acknowledged nothing; params: remote, checksumErrors */
  | 'no-answer'
  /** was connected, and the server has gone quiet; params: remote */
  | 'went-quiet'
  /** the server's name does not resolve; params: remote, detail */
  | 'resolve-failed'
  /** the local port is taken; params: address */
  | 'port-in-use'
  /** the local address cannot be listened on; params: address, detail */
  | 'listen-failed'
  /** the peer speaks another smux version; params: remote, detail */
  | 'wrong-smux-version'
  /** datagrams come whose checksum does not match; params: checksumErrors */
  | 'checksum-errors'
  /** a large share of the segments has to be sent again; params: percent */
  | 'heavy-loss'
  /** the operating system refuses to send; params: detail */
  | 'network-down'
  /** an option is not valid; params: detail */
  | 'bad-option'
  /** the tunnel's worker thread died; params: detail */
  | 'worker-died'
  /** anything else the engine said; params: detail */
  | 'other';

/** What may be behind a diagnosis, the likeliest first. */
export type LikelyCause =
  | 'wrong-key'
  | 'wrong-crypt'
  | 'wrong-address'
  | 'server-down'
  | 'udp-blocked'
  | 'wrong-smuxver'
  | 'wrong-compression'
  | 'wrong-fec'
  | 'wrong-qpp'
  | 'offline'
  | 'windows-too-large'
  | 'more-parity-needed'
  | 'same-port-twice';

export interface Diagnosis {
  code: DiagnosisCode;
  /** values for the sentence; never a secret */
  params: Record<string, string | number>;
  likely: LikelyCause[];
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
  | { kind: 'listening'; since: number; address: string }
  /** a session is dialled and not yet acknowledged; `diagnosis` when that has taken too long or failed */
  | {
      kind: 'connecting';
      since: number;
      address: string;
      attempt: number;
      nextTryAt: number | null;
      diagnosis: Diagnosis | null;
    }
  /** the peer has answered */
  | { kind: 'connected'; since: number; address: string }
  /** was connected; the last session is gone */
  | {
      kind: 'reconnecting';
      since: number;
      address: string;
      attempt: number;
      nextTryAt: number | null;
      diagnosis: Diagnosis | null;
    }
  /** connected, but in trouble */
  | { kind: 'degraded'; since: number; address: string; why: Diagnosis }
  /** nothing runs; `nextTryAt` when it will be tried again by itself, null when somebody must act */
  | { kind: 'failed'; since: number; diagnosis: Diagnosis; nextTryAt: number | null };

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
