import { OFF, type TunnelState } from '../../shared/state.ts';
import type { Connection, History } from '../../shared/statistics.ts';
import type { EngineSpec } from './messages.ts';
import { type SpawnWorker, Tunnel, type TunnelNews } from './tunnel.ts';

/** Every tunnel of the app by its profile's id, each with a worker of its own while it is on. */
export class Supervisor {
  readonly #tunnels = new Map<string, Tunnel>();

  constructor(
    readonly spawn: SpawnWorker,
    readonly onNews: (id: string, news: TunnelNews) => void,
  ) {}

  start(id: string, spec: EngineSpec): void {
    let tunnel = this.#tunnels.get(id);
    if (!tunnel) this.#tunnels.set(id, (tunnel = new Tunnel(this.spawn, (news) => this.onNews(id, news))));
    tunnel.start(spec);
  }

  stop = async (id: string): Promise<void> => this.#tunnels.get(id)?.stop();

  /** Stops and forgets it, with its statistics. */
  async remove(id: string): Promise<void> {
    await this.stop(id);
    this.#tunnels.delete(id);
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.#tunnels.keys()].map(this.stop));
  }

  redial(id: string): void {
    this.#tunnels.get(id)?.redial();
  }

  redialAll(): void {
    for (const tunnel of this.#tunnels.values()) tunnel.redial();
  }

  state(id: string): TunnelState {
    return this.#tunnels.get(id)?.state ?? OFF;
  }

  history(id: string): History {
    return this.#tunnels.get(id)?.history ?? { seconds: [], minutes: [] };
  }

  connections(id: string): Connection[] {
    return this.#tunnels.get(id)?.connections ?? [];
  }
}
