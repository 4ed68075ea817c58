import type {
  ExportedFile,
  HostCapabilities,
  KeyState,
  ImportResult,
  Notice,
  RequestArgs,
  ServerCommand,
  Snapshot,
  TunnelUpdate,
} from '../../shared/api.ts';
import type { ApiClient } from '../../shared/api-client.ts';
import type { LogLine } from '../../shared/log.ts';
import type { ClientOptions } from '../../shared/options.ts';
import type { Ping, ProbeProgress, ProbeReport } from '../../shared/probe.ts';
import type { Profile } from '../../shared/profile.ts';
import type { Settings } from '../../shared/settings.ts';
import type { UpdateState } from '../../shared/updates.ts';
import { Tunnel } from './tunnel.svelte.ts';

export type ExportFormat = NonNullable<RequestArgs<'profiles.export'>['format']>;

/**
 * The core as this window knows it: one snapshot, then notifications, and every verb of the API that the window has a
 * use for. A verb rejects with an `ApiError`.
 */
export class Core {
  readonly version: string;
  readonly host: HostCapabilities;
  settings: Settings;
  notices: Notice[];
  keys: KeyState;
  updates: UpdateState;
  tunnels: Tunnel[] = $state.raw([]);
  readonly #client: ApiClient;
  #probes = 0;

  /** Asks for everything and follows it from then on. Rejects with an `ApiError`. */
  static async open(client: ApiClient): Promise<Core> {
    // news comes in tasks of its own: none can fall between the answer and the constructor
    return new Core(client, await client.request('snapshot'));
  }

  constructor(
    client: ApiClient,
    { version, host, settings, profiles, tunnels, notices, keys, updates }: Snapshot,
  ) {
    this.#client = client;
    this.version = version;
    this.host = host;
    this.settings = $state.raw(settings);
    this.notices = $state.raw(notices);
    this.keys = $state.raw(keys);
    this.updates = $state.raw(updates);
    this.#setProfiles(profiles);
    for (const update of tunnels) this.#update(update);
    client.on('tunnel', (update) => this.#update(update));
    client.on('profiles', (profiles) => this.#setProfiles(profiles));
    client.on('settings', (settings) => (this.settings = settings));
    client.on('notices', (notices) => (this.notices = notices));
    client.on('keys', (keys) => (this.keys = keys));
    client.on('updates', (updates) => (this.updates = updates));
  }

  find(id: string | null): Tunnel | undefined {
    return this.tunnels.find((tunnel) => tunnel.id === id);
  }

  /** Opens the keys that the passphrase has sealed. */
  unlock(passphrase: string): Promise<void> {
    return this.#client.request('keys.unlock', { passphrase });
  }

  setPassphrase(passphrase: string): Promise<void> {
    return this.#client.request('keys.setPassphrase', { passphrase });
  }

  removePassphrase(): Promise<void> {
    return this.#client.request('keys.removePassphrase');
  }

  /** Clears the keys that it has sealed. */
  forgetPassphrase(): Promise<void> {
    return this.#client.request('keys.forgetPassphrase');
  }

  create(profile: RequestArgs<'profiles.create'>): Promise<Profile> {
    return this.#client.request('profiles.create', profile);
  }

  /** A running tunnel goes on with its old settings. */
  save({ id }: Tunnel, patch: RequestArgs<'profiles.update'>['patch']): Promise<Profile> {
    return this.#client.request('profiles.update', { id, patch });
  }

  clone({ id }: Tunnel): Promise<Profile> {
    return this.#client.request('profiles.clone', { id });
  }

  /** @returns what `restore` takes */
  async remove({ id }: Tunnel): Promise<string> {
    const { undo } = await this.#client.request('profiles.remove', { ids: [id] });
    return undo;
  }

  restore(undo: string): Promise<Profile[]> {
    return this.#client.request('profiles.restore', { undo });
  }

  /** @param steps how many places down the list; up when negative */
  move(tunnel: Tunnel, steps: number): Promise<void> {
    const ids = this.tunnels.map(({ id }) => id);
    const from = ids.indexOf(tunnel.id);
    const to = Math.max(0, Math.min(ids.length - 1, from + steps));
    ids.splice(to, 0, ...ids.splice(from, 1));
    return this.#client.request('profiles.reorder', { ids });
  }

  importSources(args: RequestArgs<'profiles.import'>): Promise<ImportResult> {
    return this.#client.request('profiles.import', args);
  }

  /** @param ids absent for all tunnels */
  exportFiles(format: ExportFormat, ids?: string[]): Promise<ExportedFile[]> {
    return this.#client.request('profiles.export', { ids, format });
  }

  serverCommand({ id }: Tunnel, withKey: boolean): Promise<ServerCommand> {
    return this.#client.request('profiles.serverCommand', { id, withKey });
  }

  start(id: string): Promise<void> {
    return this.#client.request('tunnels.start', { id });
  }

  toggle({ id, on }: Tunnel): Promise<void> {
    return on ? this.#client.request('tunnels.stop', { id }) : this.start(id);
  }

  /** With the settings as they are now. */
  restart({ id }: Tunnel): Promise<void> {
    return this.#client.request('tunnels.restart', { id });
  }

  redial({ id }: Tunnel): Promise<void> {
    return this.#client.request('tunnels.redial', { id });
  }

  /** Sets options of a tunnel, or of the spare server that it uses, right, and has it begin anew with them. */
  async mend(tunnel: Tunnel, options: Partial<ClientOptions>): Promise<void> {
    const { profile, spare } = tunnel;
    const patch = spare
      ? {
          spares: profile.spares!.map((one) =>
            one === spare ? { ...one, options: { ...one.options, ...options } } : one,
          ),
        }
      : { options: { ...profile.options, ...options } };
    await this.save(tunnel, patch);
    await this.restart(tunnel);
  }

  /**
   * Asks a server what it is, and hears of what is learned until the promise resolves.
   * @returns the report, and what ends it early
   */
  probe(
    args: Omit<RequestArgs<'probe.run'>, 'id'>,
    hear: (progress: ProbeProgress) => void,
  ): { report: Promise<ProbeReport>; stop: () => void } {
    const id = `probe-${++this.#probes}`;
    const unfollow = this.#client.on('probe', (news) => {
      if (news.id === id) hear(news);
    });
    const report = this.#client.request('probe.run', { ...args, id }).finally(unfollow);
    return { report, stop: () => void this.#client.request('probe.stop', { id }).catch(() => undefined) };
  }

  /** @param tunnels absent for all */
  ping(tunnels?: readonly Pick<Tunnel, 'id'>[]): Promise<void> {
    return this.#client.request('tunnels.ping', { ids: tunnels?.map(({ id }) => id) });
  }

  /** How far the server of settings is that are no tunnel's yet. */
  pingServer({ remoteaddr, key, crypt }: ClientOptions): Promise<Ping> {
    return this.#client.request('probe.ping', { remoteaddr, key, crypt });
  }

  startAll(): Promise<void> {
    return this.#client.request('tunnels.startAll');
  }

  stopAll(): Promise<void> {
    return this.#client.request('tunnels.stopAll');
  }

  startDemo(): Promise<Profile> {
    return this.#client.request('demo.start');
  }

  stopDemo(): Promise<void> {
    return this.#client.request('demo.stop');
  }

  async loadHistory(tunnel: Tunnel): Promise<void> {
    tunnel.joinHistory(await this.#client.request('tunnels.history', { id: tunnel.id }));
  }

  /** Has this tunnel's connections, and no other's, in the news from now on. */
  async watchConnections(tunnel: Tunnel): Promise<void> {
    const { id } = tunnel;
    const watched = this.#client.request('tunnels.watchConnections', { id });
    tunnel.apply({ id, connections: await this.#client.request('tunnels.connections', { id }) });
    await watched;
  }

  unwatchConnections(): Promise<void> {
    return this.#client.request('tunnels.watchConnections', { id: null });
  }

  /**
   * Follows the log of one tunnel, or the app's own (null), until the function returned is called.
   * @param limit how many of the newest lines are handed over at first
   */
  followLog(tunnel: string | null, limit: number, hear: (lines: readonly LogLine[]) => void): () => void {
    // what is said while the newest lines are on their way is heard behind them
    let since: LogLine[] | null = [];
    const mine = (lines: readonly LogLine[]) => lines.filter((line) => line.tunnel === tunnel);
    const undo = this.#client.on('log', (lines) => (since ? since.push(...lines) : hear(mine(lines))));
    const open = async () => {
      await this.#client.request('log.follow', { on: true });
      const tail = await this.#client.request('log.tail', { tunnel, limit });
      hear(mine(tail));
      hear(mine(since!));
      since = null;
    };
    // a closed connection is told by the window as a whole
    open().catch(() => undefined);
    return () => {
      undo();
      this.#client.request('log.follow', { on: false }).catch(() => undefined);
    };
  }

  clearLog(tunnel: string | null): Promise<void> {
    return this.#client.request('log.clear', { tunnel });
  }

  set(patch: Partial<Settings>): Promise<Settings> {
    return this.#client.request('settings.update', patch);
  }

  checkForUpdates(): Promise<void> {
    return this.#client.request('updates.check');
  }

  downloadUpdate(): Promise<void> {
    return this.#client.request('updates.download');
  }

  cancelUpdate(): Promise<void> {
    return this.#client.request('updates.cancel');
  }

  /** The app ends for it, and comes back. */
  installUpdate(): Promise<void> {
    return this.#client.request('updates.install');
  }

  /** Says that this window has painted itself. */
  shown(): Promise<void> {
    return this.#client.request('window.shown');
  }

  /** Takes the links that the system handed to the app, now and later. */
  followLinks(show: (links: string[]) => void): void {
    const take = async (): Promise<void> => {
      const links = await this.#client.request('links.take');
      if (links.length > 0) show(links);
    };
    this.#client.on('links', () => void take());
    void take();
  }

  dismiss({ id }: Notice): Promise<void> {
    return this.#client.request('notices.dismiss', { id });
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
