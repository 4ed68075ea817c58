import type { CryptName } from './crypts.ts';
import type { ClientOptions } from './options.ts';

/** What a probe can learn of a server, by kcptun's JSON keys. `rcvwnd` and `keepalive` are the server's own. */
export interface FoundSettings {
  crypt: CryptName;
  datashard: number;
  parityshard: number;
  nocomp: boolean;
  smuxver: 1 | 2;
  /** segments */
  rcvwnd: number;
  /** seconds */
  keepalive: number;
}

/** The way to the server and back, as the questions of a probe found it. */
export interface ProbedLine {
  /** milliseconds; the wait for the server's flush is within */
  rtt: { min: number; median: number } | null;
  /** share of the questions that no answer came to, whichever way it was lost */
  loss: number | null;
  /** the largest UDP payload that reached the server unfragmented, at most 1500; null where that cannot be told here */
  mtu: number | null;
}

/** Releases that can be told apart from outside; our own server is of the newest kind. */
export type ServerFamily = '2017' | '2021' | 'newest';

/** One address and port that was asked. */
export interface ProbedEndpoint {
  /** an IP literal */
  address: string;
  port: number;
  /** `refused`: the network said that nobody listens there */
  heard: 'answered' | 'refused' | 'silent';
}

/** What a probe knows; complete when the probe has ended. */
export interface ProbeReport {
  /** in the order asked; those further behind in a range were not */
  endpoints: ProbedEndpoint[];
  /** index of the endpoint that everything below was learned from, or null while none has answered */
  answered: number | null;
  found: Partial<FoundSettings>;
  line: ProbedLine;
  /** null where it is of 2019 or later and no more can be told */
  family: ServerFamily | null;
  /**
   * Where nothing answered: whether the host's network refuses a port on which nobody listens. If it does, and the
   * server's port is silent, somebody listens there whom these questions did not reach.
   */
  refusesOthers: boolean;
  /** datagrams sent, and those of them that the server could not open and counts as InCsumErrors */
  sent: number;
  unopened: number;
  /** milliseconds from the start to the first answer, and so far */
  answeredMs: number | null;
  tookMs: number;
}

/** What a probe is at. `waiting` is for the server's first heartbeat, which tells smux version and compression. */
export type ProbeStage = 'resolving' | 'asking' | 'measuring' | 'waiting' | 'done';

/** Something was learned, or another stage began. */
export interface ProbeProgress {
  stage: ProbeStage;
  report: ProbeReport;
}

/** How thorough a probe is: everything, or only whether somebody answers and how far away it is. */
export type ProbeDepth = 'all' | 'ping';

/** One look at how far a tunnel's server is: ms since 1970, ms there and back, share lost; null where nothing answered. */
export interface Ping {
  at: number;
  rtt: number | null;
  loss: number | null;
}
/** So many of a tunnel are remembered. */
export const PINGS_KEPT = 20;

/** What must be equal at both ends, or is worth knowing, and cannot be seen from outside. */
export const NEVER_TOLD = ['qpp', 'target', 'mode'] as const;

const SETTINGS: readonly (keyof FoundSettings)[] = [
  'crypt',
  'datashard',
  'parityshard',
  'nocomp',
  'smuxver',
  'rcvwnd',
  'keepalive',
];

/** What stayed unknown: settings that were not learned, and those that no probe can tell. */
export const unknownOf = ({ found }: ProbeReport): string[] => [
  ...SETTINGS.filter((key) => found[key] === undefined),
  ...NEVER_TOLD,
];

/**
 * What a client must be told so that it fits the server that answered.
 * @param mtu what the client has: it is lowered where the line carries less
 */
export function fittingOptions({ found, line }: ProbeReport, mtu: number): Partial<ClientOptions> {
  const { crypt, datashard, parityshard, nocomp, smuxver } = found;
  const all = { crypt, datashard, parityshard, nocomp, smuxver };
  const fitting: Partial<ClientOptions> = Object.fromEntries(
    Object.entries(all).filter(([, value]) => value !== undefined),
  );
  if (line.mtu !== null && line.mtu < mtu) fitting.mtu = line.mtu;
  return fitting;
}
