import { type HostPorts, parseAddress } from '../../shared/address.ts';
import type { ClientOptions } from '../../shared/options.ts';
import { type Ping, PINGS_KEPT } from '../../shared/probe.ts';
import { EngineError } from '../engine/errors.ts';
import type { ProbeServer } from './diagnoser.ts';

/** Between two rounds where they are wanted all the time. */
const EVERY_MS = 5 * 60_000;
/** Servers asked at once. */
const AT_ONCE = 8;

/** Measures how far the tunnels' servers are, whether the tunnels are on or off, and remembers the last few results. */
export class Pinger {
  readonly #pings = new Map<string, Ping[]>();
  readonly #stop = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #asking = 0;
  /** those whose turn has not come */
  readonly #queue: (() => void)[] = [];

  /** @param told a ping has come back */
  constructor(
    readonly probe: ProbeServer,
    readonly told: (id: string, pings: Ping[]) => void,
  ) {}

  of(id: string): Ping[] {
    return this.#pings.get(id) ?? [];
  }

  forget(id: string): void {
    this.#pings.delete(id);
  }

  /** Resolves when all have answered or not. */
  async ping(tunnels: readonly { id: string; options: ClientOptions }[]): Promise<void> {
    await Promise.all(tunnels.map((tunnel) => this.#one(tunnel)));
  }

  /** Has `round` called now and every few minutes, except while servers still wait for their turn; or no more. */
  set regular(round: (() => void) | null) {
    clearInterval(this.#timer);
    this.#timer = undefined;
    if (!round) return;
    this.#timer = setInterval(() => {
      if (this.#queue.length === 0) round();
    }, EVERY_MS);
    round();
  }

  stop(): void {
    this.regular = null;
    this.#stop.abort();
  }

  async #one({ id, options }: { id: string; options: ClientOptions }): Promise<void> {
    const remote = parseAddress(options.remoteaddr, { use: 'dial', portRange: true }) as HostPorts;
    const ping = await this.ask(remote, options);
    if (this.#stop.signal.aborted) return;
    const pings = [...this.of(id), ping].slice(-PINGS_KEPT);
    this.#pings.set(id, pings);
    this.told(id, pings);
  }

  /** How far one server is, whether a tunnel has it or not; it waits for its turn, as each takes sockets. */
  async ask(remote: HostPorts, options: Pick<ClientOptions, 'key' | 'crypt'>): Promise<Ping> {
    if (this.#asking >= AT_ONCE) await new Promise<void>((resolve) => void this.#queue.push(resolve));
    else this.#asking++;
    try {
      return await this.#askNow(remote, options);
    } finally {
      const next = this.#queue.shift();
      if (next) next();
      else this.#asking--;
    }
  }

  async #askNow(remote: HostPorts, { key, crypt }: Pick<ClientOptions, 'key' | 'crypt'>): Promise<Ping> {
    const ping: Ping = { at: Date.now(), rtt: null, loss: null };
    if (this.#stop.signal.aborted) return ping;
    try {
      const { line } = await this.probe(
        { remote, key, crypts: [crypt], depth: 'ping' },
        { signal: this.#stop.signal },
      );
      ping.rtt = line.rtt?.min ?? null;
      ping.loss = line.loss;
    } catch (error) {
      // a name that does not resolve, a network that is down: nothing was heard
      if (!(error instanceof EngineError)) throw error;
    }
    return ping;
  }
}
