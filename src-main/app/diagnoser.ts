import { type HostPorts, parseAddress } from '../../shared/address.ts';
import { type CryptName, CRYPTS } from '../../shared/crypts.ts';
import type { Diagnosis, DiagnosisCode } from '../../shared/diagnosis.ts';
import type { ClientOptions } from '../../shared/options.ts';
import type { ProbeReport } from '../../shared/probe.ts';
import { diagnosisOf, type TunnelState, usedServer } from '../../shared/state.ts';
import type { probeServer } from '../engine/probe/index.ts';
import { proofOf } from '../tunnels/proof.ts';

export type ProbeServer = typeof probeServer;

/** Troubles that the server itself can be asked about. */
const ASKED_ABOUT: readonly DiagnosisCode[] = [
  ...(['no-answer', 'went-quiet', 'wrong-smux-version', 'checksum-errors', 'heavy-loss', 'other'] as const),
];
/** Of no harm to a session that is up: another one is dialled until one answers. */
const HARMLESS: readonly DiagnosisCode[] = ['other-port', 'other-address'];
/** A tunnel that has worked for so long since is asked about anew. */
const WORKED_MS = 60_000;

/** Every crypt, the tunnel's own first. */
export const cryptsFrom = (first: CryptName): CryptName[] => [
  first,
  ...CRYPTS.filter((name) => name !== first),
];

interface Case {
  causes: Set<DiagnosisCode>;
  /** of each of its servers, and which of them is in use */
  servers: readonly ClientOptions[];
  used: number;
  proof: Diagnosis | null;
  asking: AbortController | null;
  /** since when the tunnel has been connected, ms since 1970; null while it is in trouble */
  fineSince: number | null;
  /** the server was asked when the tunnel first came up */
  checked: boolean;
}

/** Asks the server of a tunnel in trouble what it is, once a cause, and puts what is true in place of what is likely. */
export class Diagnoser {
  readonly #cases = new Map<string, Case>();

  /**
   * @param told the state of the tunnel is to be shown anew
   */
  constructor(
    readonly probe: ProbeServer,
    readonly told: (id: string) => void,
  ) {}

  /** A tunnel begins with these options, of each of its servers: what was known of it is not true any more. */
  begin(id: string, servers: readonly ClientOptions[]): void {
    this.forget(id);
    this.#cases.set(id, {
      causes: new Set(),
      servers,
      used: 0,
      proof: null,
      asking: null,
      fineSince: null,
      checked: false,
    });
  }

  forget(id: string): void {
    this.#cases.get(id)?.asking?.abort();
    this.#cases.delete(id);
  }

  stop(): void {
    for (const id of [...this.#cases.keys()]) this.forget(id);
  }

  /** Takes note of a tunnel's state, and asks where it is in a new trouble. */
  heard(id: string, state: TunnelState): void {
    const one = this.#cases.get(id);
    if (!one) return;
    if (state.kind === 'off') return this.forget(id);
    this.#follow(one, state);
    const options = one.servers[one.used];
    if (state.kind === 'connected') {
      one.fineSince ??= state.since;
      // a session comes up though nothing can pass it: that shows by itself only when it is used
      if (!one.checked && one.causes.size === 0) void this.#ask(id, one, [options.crypt]);
      one.checked = true;
      return;
    }
    const code = diagnosisOf(state)?.code;
    if (!code || !ASKED_ABOUT.includes(code)) return;
    if (one.fineSince !== null && Date.now() - one.fineSince >= WORKED_MS) {
      one.causes.clear();
      one.proof = null;
    }
    one.fineSince = null;
    if (one.causes.has(code) || one.asking) return;
    one.causes.add(code);
    void this.#ask(id, one, cryptsFrom(options.crypt));
  }

  /** Another server is in use: nothing is proved of it yet. */
  #follow(one: Case, state: TunnelState): void {
    const used = usedServer(state)?.index ?? 0;
    if (used === one.used) return;
    one.asking?.abort();
    one.causes.clear();
    Object.assign(one, { used, proof: null, asking: null, fineSince: null, checked: false });
  }

  /** The state with what was proved in place of what is likely. */
  shown(id: string, state: TunnelState): TunnelState {
    const proof = this.#cases.get(id)?.proof;
    if (!proof) return state;
    if (state.kind === 'degraded') return { ...state, why: proof };
    if ((state.kind === 'connecting' || state.kind === 'reconnecting') && state.diagnosis)
      return { ...state, diagnosis: proof };
    if (state.kind !== 'connected' || !proof.fix || proof.code === 'large-lost') return state;
    // the session is up: it has found the way that answers, or nothing can pass it
    return HARMLESS.includes(proof.code)
      ? { ...state, notice: proof }
      : { ...state, kind: 'degraded', why: proof };
  }

  async #ask(id: string, one: Case, crypts: CryptName[]): Promise<void> {
    const options = one.servers[one.used];
    one.asking = new AbortController();
    const { signal } = one.asking;
    const learn = (report: ProbeReport, ended: boolean): void => {
      if (signal.aborted) return;
      const proof = proofOf(report, options, ended);
      if (JSON.stringify(proof) === JSON.stringify(one.proof)) return;
      one.proof = proof;
      this.told(id);
    };
    try {
      const report = await this.probe(
        {
          remote: parseAddress(options.remoteaddr, { use: 'dial', portRange: true }) as HostPorts,
          key: options.key,
          crypts,
          depth: 'all',
        },
        { signal, onProgress: ({ report, stage }) => stage !== 'done' && learn(report, false) },
      );
      learn(report, true);
    } catch {
      // the name does not resolve: the tunnel's own diagnosis says so
    } finally {
      if (one.asking?.signal === signal) one.asking = null;
    }
  }
}
