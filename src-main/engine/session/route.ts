import type { HostPorts } from '../../../shared/address.ts';
import { EngineError } from '../errors.ts';
import type { Network } from '../transport/network.ts';
import type { Session } from './types.ts';

/** Dialling an address without a host means this machine, as in Go. */
const LOOPBACK = '127.0.0.1';

/** One way to a server: its `host` is an address. */
interface Candidate extends HostPorts {
  key: string;
}

/**
 * Chooses where each dial goes: of all addresses of all servers, in their order, the one that answered last goes
 * first, and what was tried in vain since an answer waits until everything has been. Names are resolved again each time.
 */
export class Route {
  readonly #of = new WeakMap<Session, Candidate>();
  readonly #vain = new Set<string>();
  #answered: string | undefined;

  /**
   * @param servers the wanted ones first
   * @param open dials one address
   */
  constructor(
    private readonly servers: readonly HostPorts[],
    private readonly network: Pick<Network, 'resolve'>,
    private readonly open: (server: HostPorts) => Promise<Session>,
  ) {}

  /** @throws EngineError `resolve-failed` when no server has an address, `socket-failed` when none can be sent to */
  readonly dial = async (): Promise<Session> => {
    let refusal: unknown;
    for (const candidate of this.#inOrder(await this.#candidates())) {
      try {
        const session = await this.open(candidate);
        this.#of.set(session, candidate);
        return session;
      } catch (cause) {
        this.#vain.add(candidate.key);
        refusal = cause;
      }
    }
    throw refusal;
  };

  /** Whether the server has answered a session that `dial` made. */
  readonly answered = (session: Session, yes: boolean): void => {
    const candidate = this.#of.get(session);
    if (!candidate) return;
    if (!yes) return void this.#vain.add(candidate.key);
    this.#answered = candidate.key;
    this.#vain.clear();
  };

  async #candidates(): Promise<Candidate[]> {
    const candidates: Candidate[] = [];
    let unresolved: unknown = new EngineError('resolve-failed', 'there is no server to dial');
    for (const server of this.servers) {
      try {
        for (const { address } of await this.network.resolve(server.host || LOOPBACK))
          candidates.push({
            ...server,
            host: address,
            key: `${address} ${server.minPort}-${server.maxPort}`,
          });
      } catch (cause) {
        unresolved = cause;
      }
    }
    if (candidates.length === 0) throw unresolved;
    return candidates;
  }

  /** Those that are worth a try now, the most promising first. */
  #inOrder(candidates: readonly Candidate[]): Candidate[] {
    let hopeful = candidates.filter(({ key }) => !this.#vain.has(key));
    if (hopeful.length === 0) {
      this.#vain.clear();
      hopeful = [...candidates];
    }
    const first = hopeful.findIndex(({ key }) => key === this.#answered);
    return first > 0 ? [hopeful[first], ...hopeful.filter((_, i) => i !== first)] : hopeful;
  }
}
