import type { HostPorts } from '../../../shared/address.ts';
import type { CryptName } from '../../../shared/crypts.ts';
import type { ProbeDepth, ProbeProgress, ProbeReport } from '../../../shared/probe.ts';
import { SystemWorld } from '../runtime/system-world.ts';
import { systemNetwork } from '../transport/network.ts';
import { probe } from './probe.ts';

export interface ProbeTarget {
  remote: HostPorts;
  key: string;
  /** the likeliest first */
  crypts: readonly CryptName[];
  depth: ProbeDepth;
}

export interface ProbeSetup {
  onProgress?: (progress: ProbeProgress) => void;
  signal?: AbortSignal;
}

/**
 * Asks a server on the system's network what it is; see `probe`.
 * @throws {EngineError} resolve-failed, socket-failed
 */
export const probeServer = (target: ProbeTarget, setup: ProbeSetup = {}): Promise<ProbeReport> =>
  probe({ ...target, ...setup, world: new SystemWorld(), network: systemNetwork('dgram') });
