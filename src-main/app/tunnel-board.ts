import type { ApiCore, NotificationName, Notifications, RequestHandlers } from '../../shared/api.ts';
import type { Ping } from '../../shared/probe.ts';
import type { Profile } from '../../shared/profile.ts';
import { DEFAULT_SETTINGS, type Settings } from '../../shared/settings.ts';
import { OFF, type TunnelState } from '../../shared/state.ts';

export interface BoardTunnel {
  profile: Profile;
  state: TunnelState;
  /** stream bytes a second, 0 while it is off */
  up: number;
  down: number;
  /** how far its server was when it was last asked; null where it never was */
  ping: Ping | null;
}

/** Who wants to know of what. */
export interface BoardListener {
  /** after every change */
  onChange(): void;
  /** when a tunnel's state is another one */
  onState(tunnel: BoardTunnel): void;
  onSettings(settings: Settings): void;
}

/** The tunnels as the tray and the notifications see them: a window without a window, on the same API. */
export class TunnelBoard {
  readonly handlers: RequestHandlers;
  readonly #tunnels = new Map<string, BoardTunnel>();
  settings: Settings = DEFAULT_SETTINGS;

  constructor(core: ApiCore, told: BoardListener) {
    const hear: { [N in NotificationName]?: (data: Notifications[N]) => void } = {
      profiles: (profiles) => this.#setProfiles(profiles),
      settings: (settings) => told.onSettings((this.settings = settings)),
      tunnel: ({ id, state, statistics, pings }) => {
        const tunnel = this.#tunnels.get(id);
        if (!tunnel) return;
        if (statistics) ({ up: tunnel.up, down: tunnel.down } = statistics.sample);
        if (pings) tunnel.ping = pings.at(-1) ?? null;
        if (!state) return;
        tunnel.state = state;
        if (state.kind === 'off' || state.kind === 'failed') tunnel.up = tunnel.down = 0;
        told.onState(tunnel);
      },
    };
    this.handlers = core.attach((name, data) => {
      hear[name]?.(data);
      told.onChange();
    }).handlers;
  }

  /** Reads what there is; notifications keep it up to date from then on. */
  async open(): Promise<void> {
    const { settings, profiles, tunnels } = await this.handlers.snapshot(undefined);
    this.settings = settings;
    this.#setProfiles(profiles);
    for (const { id, state, pings } of tunnels)
      Object.assign(this.#tunnels.get(id)!, { state, ping: pings?.at(-1) ?? null });
  }

  get tunnels(): BoardTunnel[] {
    return [...this.#tunnels.values()];
  }

  #setProfiles(profiles: readonly Profile[]): void {
    const old = new Map(this.#tunnels);
    this.#tunnels.clear();
    for (const profile of profiles) {
      const { state = OFF, up = 0, down = 0, ping = null } = old.get(profile.id) ?? {};
      this.#tunnels.set(profile.id, { profile, state, up, down, ping });
    }
  }
}
