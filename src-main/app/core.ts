import type {
  ApiCore,
  HostCapabilities,
  Notice,
  Notify,
  RequestHandlers,
  Snapshot,
} from '../../shared/api.ts';
import { ApiError } from '../../shared/errors.ts';
import { LONGEST_IMPORT } from '../../shared/limits.ts';
import { serverCommand, withSmuxVersion } from '../../shared/options-convert.ts';
import type { ClientOptions } from '../../shared/options.ts';
import { LOCAL_ADDRESS, type Profile } from '../../shared/profile.ts';
import { optionsOfServers } from '../../shared/servers.ts';
import type { Settings } from '../../shared/settings.ts';
import { diagnosisOf, isOn, noticeOf, usedServer } from '../../shared/state.ts';
import type { Statistics } from '../../shared/statistics.ts';
import type { Store } from '../store/store.ts';
import { Supervisor } from '../tunnels/supervisor.ts';
import type { SpawnWorker, TunnelNews } from '../tunnels/tunnel.ts';
import { Audience, type OwnHandlers } from './audience.ts';
import { Diagnoser, type ProbeServer } from './diagnoser.ts';
import { Demo, DEMO_ID, DEMO_SERVER_ID } from './demo.ts';
import type { LogBook } from './log-book.ts';
import { NETWORK_CHANGES, type NetworkChange, NetworkWatch } from './network-watch.ts';
import { Pinger } from './pinger.ts';
import { ProfileBook, resolved, withKey } from './profiles.ts';
import { Switches } from './switches.ts';
import { dialledAddress } from './window-probes.ts';
import { exported, importInto } from './transfer.ts';
import { Updates, type UpdateSource } from './updates.ts';

export interface CoreDeps {
  version: string;
  host: HostCapabilities;
  store: Store;
  log: LogBook;
  spawn: SpawnWorker;
  /** the folder for what `snmplog` writes */
  counters: string;
  probe: ProbeServer;
  /** what knows of newer versions; it is let be where `host.updates` says that this build cannot have them */
  updates?: UpdateSource;
}

/** Links that no window has shown; a page can make the system hand over any number. */
const MOST_LINKS = 20;

/** The app without its hosts: profiles, tunnels, settings and log behind the one API. */
export class Core implements ApiCore {
  readonly #deps: CoreDeps;
  readonly #book: ProfileBook;
  readonly #supervisor: Supervisor;
  readonly #demo: Demo;
  readonly #network: NetworkWatch;
  readonly #diagnoser: Diagnoser;
  readonly #pinger: Pinger;
  readonly #updates: Updates;
  readonly #audience: Audience;
  readonly #switches: Switches;
  readonly #links: string[] = [];
  readonly #latest = new Map<string, Statistics>();
  #notices: Notice[];
  #onShown: () => void = () => undefined;
  /** when a window has painted itself for the first time */
  readonly shown = new Promise<void>((resolve) => (this.#onShown = resolve));

  constructor(deps: CoreDeps) {
    this.#deps = deps;
    this.#book = new ProfileBook(deps.store);
    this.#notices = [...deps.store.notices];
    this.#supervisor = new Supervisor(deps.spawn, (id, news) => this.#onNews(id, news));
    this.#audience = new Audience(deps.log, deps.probe, (id) => this.#supervisor.connections(id));
    this.#demo = new Demo(this.#supervisor);
    this.#network = new NetworkWatch((why) => this.#redialAll(why));
    this.#diagnoser = new Diagnoser(deps.probe, (id) => this.#proved(id));
    this.#switches = new Switches({
      ...deps,
      book: this.#book,
      supervisor: this.#supervisor,
      network: this.#network,
      onStart: (id, servers) => this.#diagnoser.begin(id, servers),
    });
    this.#pinger = new Pinger(deps.probe, (id, pings) => this.#audience.update({ id, pings }));
    this.#updates = new Updates(
      deps.host.updates === 'none' ? null : (deps.updates ?? null),
      deps.log,
      (state) => this.#audience.tell('updates', state),
    );
    this.#pingRegularly();
    this.#updates.regular = this.settings.updates === 'on';
    deps.log.level = deps.store.settings.logLevel;
    deps.log.write('info', `kcptun-desktop ${deps.version} on ${deps.host.platform} (${deps.host.kind})`);
  }

  /** Every window's profiles: the saved ones, and the demo while it runs. */
  get profiles(): Profile[] {
    return this.#demo.profile ? [...this.#book.all, this.#demo.profile] : [...this.#book.all];
  }

  get settings(): Settings {
    return this.#deps.store.settings;
  }

  /** Brings up what is to be on from the start; after two crashes nothing, of which a notice tells. */
  restore(): void {
    if (this.#switches.restore()) return;
    this.#notices = [...this.#notices, { id: 'not-restored', code: 'not-restored' }];
    this.#audience.tell('notices', this.#notices);
  }

  /** Whether tunnels wait to be brought up until the passphrase is given. */
  get waitsForPassphrase(): boolean {
    return this.#switches.waitsForPassphrase;
  }

  /** The host says that the machine is back from sleep. */
  resumed(): void {
    this.#network.resumed();
  }

  /** After a change of the passphrase. */
  #keysChanged(): void {
    this.#audience.tell('keys', this.#deps.store.keyState);
    this.#audience.tell('profiles', this.profiles);
    this.#switches.unlocked();
  }

  /** After sleep or a change of the network: every session anew, every name resolved again. */
  #redialAll(why: NetworkChange): void {
    this.#deps.log.write('info', `${NETWORK_CHANGES[why]}: dialling every session anew`);
    this.#supervisor.redialAll();
  }

  /** Ends every worker and resolves when all is closed and written; what was on is remembered for `restore`. */
  async close(): Promise<void> {
    this.#switches.closing();
    this.#network.stop();
    this.#pinger.stop();
    this.#updates.stop();
    this.#diagnoser.stop();
    await this.#demo.stop();
    await this.#supervisor.stopAll();
    this.#audience.close();
    this.#switches.closed();
    this.#deps.log.write('info', 'closed');
    await this.#deps.log.file?.flush();
  }

  /** A link that the system handed over: for a window to show, by which nothing is imported yet. */
  offerLink(link: string): void {
    if (link.length > LONGEST_IMPORT || this.#links.length >= MOST_LINKS) return;
    this.#links.push(link);
    this.#audience.tell('links', this.#links.length);
  }

  attach(notify: Notify): { handlers: RequestHandlers; detach(): void } {
    const { handlers, detach } = this.#audience.attach(notify);
    const run: OwnHandlers['probe.run'] = async (args) => {
      const report = await handlers['probe.run'](args);
      const { smuxver } = report.found;
      if (smuxver) this.#switches.learn({ [args.remoteaddr]: smuxver });
      return report;
    };
    return { handlers: { ...this.#handlers, ...handlers, 'probe.run': run }, detach };
  }

  /** What every window may ask alike. */
  readonly #handlers: Omit<RequestHandlers, keyof OwnHandlers> = {
    snapshot: () => this.#snapshot(),

    'profiles.create': ({ options, ...rest }) =>
      this.#changed(() => this.#book.create({ ...rest, options: { localaddr: LOCAL_ADDRESS, ...options } })),
    'profiles.update': ({ id, patch }) => this.#changed(() => this.#book.update(saved(id), patch)),
    'profiles.clone': ({ id }) => this.#changed(() => this.#book.clone(saved(id))),
    'profiles.remove': async ({ ids }) => {
      const undo = this.#changed(() => this.#book.remove(ids.map(saved)));
      await Promise.all(ids.map((id) => this.#forget(id)));
      this.#switches.rememberRunning();
      return { undo };
    },
    'profiles.restore': ({ undo }) => this.#changed(() => this.#book.restore(undo)),
    'profiles.reorder': ({ ids }) =>
      this.#changed(() => this.#book.reorder(ids.filter((id) => id !== DEMO_ID))),
    'profiles.import': ({ sources, convertServers }) =>
      this.#changed(() => importInto(this.#book, sources, convertServers)),
    'profiles.export': ({ ids, format }) =>
      exported(
        (ids ? ids.map((id) => this.#book.get(saved(id))) : this.#book.all).map((profile) =>
          this.#handedOut(withKey(profile)),
        ),
        format,
      ),
    'profiles.serverCommand': ({ id, withKey: open }) => {
      const profile = this.#profile(id);
      return serverCommand(this.#handedOut(open ? withKey(profile) : profile).options, open);
    },

    'tunnels.start': async ({ id }) => {
      if (id === DEMO_ID) await this.#startDemo();
      else this.#switches.on(id);
    },
    'tunnels.stop': ({ id }) => this.#stop(id),
    'tunnels.startAll': () => {
      const failures: unknown[] = [];
      for (const { id } of this.#book.all) {
        try {
          this.#switches.on(id);
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw failures[0];
    },
    'tunnels.stopAll': async () => {
      await Promise.all(this.profiles.map(({ id }) => this.#stop(id)));
    },
    'tunnels.redial': ({ id }) => this.#supervisor.redial(this.#profile(id).id),
    'tunnels.restart': async ({ id }) => {
      this.#switches.check(saved(id));
      await this.#stop(id);
      this.#switches.on(id);
    },
    'tunnels.ping': ({ ids }) => this.#pinger.ping(this.#pingable(ids)),
    'probe.ping': (server) => this.#pinger.ask(dialledAddress(server.remoteaddr), server),
    'tunnels.history': ({ id }) => this.#supervisor.history(this.#profile(id).id),
    'tunnels.connections': ({ id }) => this.#supervisor.connections(this.#profile(id).id),

    'log.tail': ({ tunnel, limit }) => this.#deps.log.tail(tunnel, limit),
    'log.clear': ({ tunnel }) => this.#deps.log.clear(tunnel),

    'settings.update': (patch) => {
      const { store, host, log } = this.#deps;
      if (patch.launchAtLogin && !host.loginItem) {
        throw new ApiError('unsupported', 'this host cannot start the app at login');
      }
      store.settings = { ...store.settings, ...patch };
      log.level = store.settings.logLevel;
      if (patch.pings !== undefined) this.#pingRegularly();
      this.#updates.regular = store.settings.updates === 'on';
      if (patch.updates === 'on' && host.updates !== 'none') void this.#updates.check();
      this.#audience.tell('settings', store.settings);
      return store.settings;
    },
    'keys.unlock': async ({ passphrase }) => {
      await this.#deps.store.unlock(passphrase);
      this.#keysChanged();
    },
    'keys.setPassphrase': async ({ passphrase }) => {
      await this.#deps.store.setPassphrase(passphrase);
      this.#keysChanged();
    },
    'keys.removePassphrase': async () => {
      await this.#deps.store.removePassphrase();
      this.#keysChanged();
    },
    'keys.forgetPassphrase': async () => {
      await this.#deps.store.forgetPassphrase();
      this.#keysChanged();
    },

    'updates.check': () => this.#updates.check(),
    'updates.download': () => this.#updates.download(),
    'updates.cancel': () => this.#updates.cancel(),
    'updates.install': () => this.#updates.install(),

    'links.take': () => this.#links.splice(0),
    'window.shown': () => this.#onShown(),
    'notices.dismiss': ({ id }) => {
      this.#notices = this.#notices.filter((notice) => notice.id !== id);
      this.#audience.tell('notices', this.#notices);
    },

    'demo.start': () => this.#startDemo(),
    'demo.stop': () => this.#stop(DEMO_ID),
  };

  #snapshot(): Snapshot {
    const { version, host, store } = this.#deps;
    const tunnels = this.profiles.map(({ id }) => ({
      id,
      state: this.#diagnoser.shown(id, this.#supervisor.state(id)),
      statistics: this.#latest.get(id),
      ...(this.#pinger.of(id).length > 0 && { pings: this.#pinger.of(id) }),
    }));
    return {
      version,
      host,
      settings: store.settings,
      profiles: this.profiles,
      tunnels,
      notices: this.#notices,
      keys: store.keyState,
      updates: this.#updates.state,
    };
  }

  /** @throws ApiError not-found */
  #profile(id: string): Profile {
    return id === DEMO_ID && this.#demo.profile ? this.#demo.profile : this.#book.get(id);
  }

  /** The profile as others can use it: with the smux version that was learned in place of `auto`. */
  #handedOut(profile: Profile): Profile {
    const { learned } = this.#deps.store;
    const told = <O extends Profile['options']>(options: O): O =>
      withSmuxVersion(options, learned[options.remoteaddr ?? '']);
    const spares = profile.spares?.map((spare) => ({ ...spare, options: told(spare.options) }));
    return { ...profile, options: told(profile.options), ...(spares && { spares }) };
  }

  async #stop(id: string): Promise<void> {
    const profile = this.#profile(id);
    if (isOn(this.#supervisor.state(id))) this.#deps.log.write('info', 'switched off', profile);
    if (profile.demo) {
      await this.#demo.stop();
      await this.#forget(id);
      this.#audience.tell('profiles', this.profiles);
    } else {
      await this.#switches.off(id);
    }
    if (!this.profiles.some((one) => isOn(this.#supervisor.state(one.id)))) this.#network.stop();
  }

  async #startDemo(): Promise<Profile> {
    const profile = await this.#demo.start();
    this.#audience.tell('profiles', this.profiles);
    return profile;
  }

  async #forget(id: string): Promise<void> {
    await this.#supervisor.remove(id);
    this.#diagnoser.forget(id);
    this.#pinger.forget(id);
    this.#latest.delete(id);
    this.#audience.forget(id);
  }

  #changed<T>(change: () => T): T {
    const result = change();
    this.#audience.tell('profiles', this.profiles);
    return result;
  }

  #onNews(id: string, { state, statistics, lines = [], learned }: TunnelNews): void {
    const profile = this.profiles.find((one) => one.id === id) ?? null;
    if (learned && id !== DEMO_ID) this.#switches.learn(learned);
    const subject =
      profile ?? (id === DEMO_ID || id === DEMO_SERVER_ID ? { id: DEMO_ID, name: 'Demo' } : null);
    for (const { level, text, at } of lines) this.#deps.log.write(level, text, subject, at);
    if (state && this.#demo.onState(id, state)) this.#audience.tell('profiles', this.profiles);
    if (!profile) return;
    if (statistics) this.#latest.set(id, statistics);
    if (state?.kind === 'off') this.#latest.delete(id);
    if (!state && !statistics) return;
    if (state) this.#diagnoser.heard(id, state);
    const shown = state && this.#diagnoser.shown(id, state);
    this.#audience.update({ id, ...(shown && { state: shown }), ...(statistics && { statistics }) });
  }

  /** Something was proved of a tunnel in trouble. */
  #proved(id: string): void {
    const profile = this.profiles.find((one) => one.id === id);
    if (!profile) return;
    const state = this.#diagnoser.shown(id, this.#supervisor.state(id));
    const why = diagnosisOf(state) ?? noticeOf(state);
    if (why)
      this.#deps.log.write(
        state.kind === 'connected' ? 'info' : 'warn',
        `the server was asked: ${why.code} ${JSON.stringify(why.fix ?? {})}`,
        profile,
      );
    this.#audience.update({ id, state });
  }

  #pingRegularly(): void {
    this.#pinger.regular = this.settings.pings ? () => void this.#pinger.ping(this.#pingable()) : null;
  }

  /** Those of the saved tunnels whose server can be asked: a sealed key cannot be opened, an option may be wrong. */
  #pingable(ids?: readonly string[]): { id: string; options: ClientOptions }[] {
    return this.#book.all.flatMap((profile) => {
      if (ids && !ids.includes(profile.id)) return [];
      try {
        const { options, spares } = resolved(profile);
        const { index = 0 } = usedServer(this.#supervisor.state(profile.id)) ?? {};
        // the profile may have been edited since
        const used = optionsOfServers(options, spares)[index] ?? options;
        return [{ id: profile.id, options: used }];
      } catch (error) {
        if (error instanceof ApiError) return [];
        throw error;
      }
    });
  }
}

/** The demo is no saved profile. @throws ApiError unsupported */
function saved(id: string): string {
  if (id === DEMO_ID) throw new ApiError('unsupported', 'the demo cannot be edited, copied or exported');
  return id;
}
