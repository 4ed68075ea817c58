import type { HostCapabilities, Notice, Snapshot, TunnelUpdate } from '../../shared/api.ts';
import type { ApiClient } from '../../shared/api-client.ts';
import type { Profile } from '../../shared/profile.ts';
import { DEFAULT_SETTINGS, type Settings } from '../../shared/settings.ts';
import { Tunnel } from './tunnel.svelte.ts';

const NO_HOST: HostCapabilities = {
  kind: 'web',
  platform: '',
  tray: false,
  loginItem: false,
  notifications: false,
  secureStorage: false,
};

/** The core as this window knows it: one snapshot, then notifications. */
export class Core {
  version = $state('');
  host: HostCapabilities = $state.raw(NO_HOST);
  settings: Settings = $state.raw(DEFAULT_SETTINGS);
  notices: Notice[] = $state.raw([]);
  tunnels: Tunnel[] = $state.raw([]);
  readonly request: ApiClient['request'];
  readonly #client: ApiClient;

  constructor(client: ApiClient) {
    this.#client = client;
    this.request = client.request;
  }

  /** Asks for everything and follows it from then on. Rejects with an `ApiError`. */
  async open(): Promise<void> {
    // news that overtakes the snapshot is at most as old as the snapshot, and is repeated by it
    this.#client.on('tunnel', (update) => this.#update(update));
    this.#client.on('profiles', (profiles) => this.#setProfiles(profiles));
    this.#client.on('settings', (settings) => (this.settings = settings));
    this.#client.on('notices', (notices) => (this.notices = notices));
    this.#load(await this.request('snapshot'));
  }

  find(id: string | null): Tunnel | undefined {
    return this.tunnels.find((tunnel) => tunnel.id === id);
  }

  follow: ApiClient['on'] = (name, listener) => this.#client.on(name, listener);

  async loadHistory(tunnel: Tunnel): Promise<void> {
    tunnel.joinHistory(await this.request('tunnels.history', { id: tunnel.id }));
  }

  #load({ version, host, settings, profiles, tunnels, notices }: Snapshot): void {
    Object.assign(this, { version, host, settings, notices });
    this.#setProfiles(profiles);
    for (const update of tunnels) this.#update(update);
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
