import { join } from 'node:path';
import { ApiError } from '../../shared/errors.ts';
import { checkLoad } from '../../shared/options-rules.ts';
import { type ClientOptions, defaultOptions } from '../../shared/options.ts';
import { missingKeyOf, type Profile } from '../../shared/profile.ts';
import { optionsOfServers, type SpareOptions } from '../../shared/servers.ts';
import { isOn } from '../../shared/state.ts';
import type { Store } from '../store/store.ts';
import type { Supervisor } from '../tunnels/supervisor.ts';
import type { LogBook } from './log-book.ts';
import type { NetworkWatch } from './network-watch.ts';
import { type ProfileBook, resolved } from './profiles.ts';

export interface SwitchesDeps {
  store: Store;
  log: LogBook;
  book: ProfileBook;
  supervisor: Supervisor;
  network: NetworkWatch;
  /** the folder for what `snmplog` writes */
  counters: string;
  /** told before a tunnel that was off is switched on: its options for each of its servers */
  onStart(id: string, servers: ClientOptions[]): void;
}

/** Two crashes within this time are of one cause, which may be a tunnel. */
const CRASHES_MS = 60_000;

/** Switches the saved tunnels, and remembers for the next start which were on. */
export class Switches {
  readonly #deps: SwitchesDeps;
  /** what is brought up once its key can be opened */
  #locked = new Set<string>();
  #closing = false;

  constructor(deps: SwitchesDeps) {
    this.#deps = deps;
  }

  /**
   * Brings up what connects on launch, and what was on when the app was last quit where that is wanted.
   * @returns whether it did: not after two crashes
   */
  restore(): boolean {
    const { store, log, book } = this.#deps;
    const now = Date.now();
    const { starts = [] } = store.host;
    this.#remember({ host: { ...store.host, starts: [...starts, now].slice(-2) } });
    // a clock that was set back tells of no crash
    if (starts.length === 2 && Math.abs(now - starts[1]) < CRASHES_MS) {
      log.write('error', 'two crashes within a minute: no tunnel is brought up');
      return false;
    }
    const wanted = new Set(store.settings.restoreTunnels ? store.running : []);
    const all = book.all.filter(({ id, autostart }) => autostart || wanted.has(id));
    this.#locked = new Set(all.filter((one) => missingKeyOf(one) === 'locked').map(({ id }) => id));
    this.#bringUp(all.filter(({ id }) => !this.#locked.has(id)));
    return true;
  }

  /** Whether tunnels wait to be brought up until the passphrase is given. */
  get waitsForPassphrase(): boolean {
    return this.#locked.size > 0;
  }

  /** After a change of the passphrase: brings up what has waited for it. */
  unlocked(): void {
    const waited = this.#deps.book.all.filter(
      (profile) => this.#locked.has(profile.id) && missingKeyOf(profile) !== 'locked',
    );
    for (const { id } of waited) this.#locked.delete(id);
    this.#bringUp(waited);
  }

  /**
   * What a tunnel would be started with.
   * @throws ApiError not-found, bad-option, key-missing; too-much-on where the app has not enough for it beside the others
   */
  check(id: string): { profile: Profile; options: ClientOptions; spares: SpareOptions[] } {
    const { book, supervisor } = this.#deps;
    const profile = book.get(id);
    const { options, spares } = resolved(profile);
    const others = book.all.filter((one) => one.id !== id && isOn(supervisor.state(one.id)));
    const loads = others.map((one) => ({ ...defaultOptions('client'), ...one.options }));
    const wanted = checkLoad([...loads, options]);
    if (!wanted) return { profile, options, spares };
    const message = `expected ${wanted}`;
    throw new ApiError('too-much-on', message, [{ field: 'conn', message }]);
  }

  /** @throws ApiError not-found, bad-option, key-missing, too-much-on */
  on(id: string): void {
    const { counters, log, network, store, supervisor, onStart } = this.#deps;
    const { profile, options, spares } = this.check(id);
    // a name, whatever path an old profile has: a tunnel writes in the app's own folder only
    const [name] = /[^/\\]*$/.exec(options.snmplog)!;
    options.snmplog = name && join(counters, id, name);
    if (!isOn(supervisor.state(id))) {
      onStart(id, optionsOfServers(options, spares));
      log.write('info', 'switched on', profile);
      if (name) log.write('info', `its counters go to ${options.snmplog}`, profile);
    }
    const { learned, settings } = store;
    supervisor.start(id, { role: 'client', options, spares, learned, udp: settings.udp });
    network.start();
    this.rememberRunning();
  }

  /** The smux versions that servers were found to speak: a tunnel that learns it begins with what it was. */
  learn(versions: Readonly<Record<string, 1 | 2>>): void {
    const known = this.#deps.store.learned;
    if (Object.entries(versions).some(([remote, version]) => known[remote] !== version))
      this.#remember({ learned: { ...known, ...versions } });
  }

  async off(id: string): Promise<void> {
    this.#locked.delete(id);
    const stopped = this.#deps.supervisor.stop(id);
    this.rememberRunning();
    await stopped;
  }

  /** Written at each switch, not at the end: a crash is restored like a quit. */
  rememberRunning(): void {
    if (this.#closing) return;
    const { book, supervisor } = this.#deps;
    // what waits for its key is on too, as far as the next start is concerned
    const on = book.all.filter(({ id }) => this.#locked.has(id) || isOn(supervisor.state(id)));
    this.#remember({ running: on.map(({ id }) => id) });
  }

  /** From here on what is switched off is remembered as it was. */
  closing(): void {
    this.#closing = true;
  }

  /** This end was no crash. */
  closed(): void {
    this.#remember({ host: { ...this.#deps.store.host, starts: [] } });
  }

  #bringUp(profiles: readonly Profile[]): void {
    for (const profile of profiles) {
      try {
        this.on(profile.id);
      } catch (error) {
        this.#deps.log.write('error', `not started: ${(error as Error).message}`, profile);
      }
    }
  }

  /** For the next start: a full disk must keep nothing from starting, stopping or ending now. */
  #remember(memory: Partial<Pick<Store, 'host' | 'running' | 'learned'>>): void {
    try {
      Object.assign(this.#deps.store, memory);
    } catch (error) {
      this.#deps.log.write('error', `not remembered for the next start: ${(error as Error).message}`);
    }
  }
}
