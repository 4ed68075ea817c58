import type { HostCapabilities, Notice, Snapshot, TunnelUpdate } from '../../shared/api.ts';
import type { ApiClient } from '../../shared/api-client.ts';
import type { Profile } from '../../shared/profile.ts';
import type { Settings } from '../../shared/settings.ts';
import { Tunnel } from './tunnel.svelte.ts';

/** The core as this window knows it: one snapshot, then notifications. */
export class Core {
  readonly version: string;
  readonly host: HostCapabilities;
  settings: Settings;
  notices: Notice[];
  tunnels: Tunnel[] = $state.raw([]);
  readonly request: ApiClient['request'];
  readonly follow: ApiClient['on'];

  /** Asks for everything and follows it from then on. Rejects with an `ApiError`. */
  static async open(client: ApiClient): Promise<Core> {
    // news comes in tasks of its own: none can fall between the answer and the constructor
    return new Core(client, await client.request('snapshot'));
  }

  constructor(client: ApiClient, { version, host, settings, profiles, tunnels, notices }: Snapshot) {
    this.request = client.request;
    this.follow = client.on;
    this.version = version;
    this.host = host;
    this.settings = $state.raw(settings);
    this.notices = $state.raw(notices);
    this.#setProfiles(profiles);
    for (const update of tunnels) this.#update(update);
    client.on('tunnel', (update) => this.#update(update));
    client.on('profiles', (profiles) => this.#setProfiles(profiles));
    client.on('settings', (settings) => (this.settings = settings));
    client.on('notices', (notices) => (this.notices = notices));
  }

  find(id: string | null): Tunnel | undefined {
    return this.tunnels.find((tunnel) => tunnel.id === id);
  }

  async loadHistory(tunnel: Tunnel): Promise<void> {
    tunnel.joinHistory(await this.request('tunnels.history', { id: tunnel.id }));
  }

  #update(update: TunnelUpdate): void {
    this.find(update.id)?.apply(update);
  }

  /** Keeps the objects of those that stay: the views hold on to them. */
  #setProfiles(profiles: readonly Profile[]): void {
    this.tunnels = profiles.map((profile) => {
      const known = this.find(profile.id);
      if (!known) return new Tunnel(profile);
      known.profile = profile;
      return known;
    });
  }
}
