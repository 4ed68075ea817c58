import { copyFileSync } from 'node:fs';
import { z } from 'zod';
import {
  type KeyState,
  type Notice,
  type NoticeFields,
  profileFields,
  spareField,
  spareFields,
} from '../../shared/api.ts';
import { ApiError } from '../../shared/errors.ts';
import { type SpareOptions } from '../../shared/servers.ts';
import { type MissingKey, missingKeyOf, type Profile, type ProfileOptions } from '../../shared/profile.ts';
import { DEFAULT_SETTINGS, type Settings, settingsFields } from '../../shared/settings.ts';
import type { Variant } from '../../shared/variant.ts';
import type { ConfFile } from './conf-file.ts';
import { Keys, type SealedKeys, spareKeyId, storedKey, type StoredKey } from './keys.ts';
import { isObject, migrate, STORE_VERSION, versionOf } from './migrations.ts';
import {
  makeLock,
  openLock,
  SCRYPT_COSTS,
  type ScryptCosts,
  storedLock,
  type StoredLock,
} from './passphrase.ts';
import type { SecretBox } from './secret-box.ts';

/** What the store keeps of the host's own: not the user's choices, but what it has to remember. */
const hostMemory = z.object({
  /** the user has been told once that closing the window leaves the app in the tray */
  toldAboutTray: z.boolean().catch(false),
  /** the latest starts, in ms since 1970, that no quit has followed yet */
  starts: z.array(z.number()).max(2).optional().catch(undefined),
  windowPlace: z
    .object({ x: z.int(), y: z.int(), width: z.int(), height: z.int(), maximised: z.boolean() })
    .nullable()
    .catch(null),
});
export type HostMemory = z.infer<typeof hostMemory>;

/** A profile on disk: the key is apart from the options, and sealed where the host can. */
const storedProfile = z.object({
  ...profileFields,
  // it names a folder too
  id: z.string().regex(/^[\w-]{1,64}$/),
  key: storedKey.optional(),
  spares: spareFields(z.object({ ...spareField, key: storedKey.optional() })).optional(),
});
type StoredProfile = z.infer<typeof storedProfile>;

/** Servers whose smux version is remembered. */
const LEARNED_KEPT = 2000;
const learnedVersions = z.record(z.string().max(512), z.union([z.literal(1), z.literal(2)])).catch({});

/** Broken entries that are kept in the file for whoever wants to mend them. */
const SET_ASIDE_KEPT = 50;

/** All that the store holds, replaced whole once it is on disk. */
interface State {
  profiles: readonly Profile[];
  settings: Settings;
  /** ids of the tunnels that were on */
  running: readonly string[];
  host: HostMemory;
  /** the smux version that a server was found to speak, by remoteaddr */
  learned: Readonly<Record<string, 1 | 2>>;
  setAside: readonly unknown[];
}

/**
 * Profiles, settings and what the host remembers, in memory and in one file. One entry that does not fit is set aside
 * with a notice, and takes no other with it. What cannot be written is not changed.
 */
export class Store {
  readonly #conf: ConfFile;
  readonly #keys: Keys;
  readonly #costs: ScryptCosts;
  /** one passphrase at a time is made a key of: each takes much memory */
  #deriving: Promise<unknown> = Promise.resolve();
  #state: State;
  readonly notices: Notice[] = [];

  /**
   * @param keyring null where the system has none
   * @throws ApiError storage-failed when the file can neither be read nor written
   */
  constructor(conf: ConfFile, keyring: SecretBox | null, costs = SCRYPT_COSTS) {
    this.#conf = conf;
    this.#costs = costs;
    const read = guarded(() => conf.store);
    const found = versionOf(read);
    if (found > STORE_VERSION) {
      guarded(() => copyFileSync(conf.path, `${conf.path}.version-${found}`));
      this.#note({ code: 'store-newer', version: found });
    }
    if (typeof read.brokenFile === 'string') this.#note({ code: 'entry-set-aside', name: read.brokenFile });
    const file = migrate(read);
    const reading = new Reading(file, (name) => this.#note({ code: 'entry-set-aside', name }));
    this.#keys = new Keys(keyring, reading.lock());
    this.#state = {
      profiles: reading.profiles().map((stored) => this.#open(stored)),
      settings: reading.settings(),
      running: z.array(z.string()).catch([]).parse(file.running),
      host: hostMemory.parse(isObject(file.host) ? file.host : {}),
      learned: learnedVersions.parse(file.learned ?? {}),
      setAside: reading.setAside,
    };
    if (found === 0) this.#write({});
    else if (found !== STORE_VERSION || reading.changed || this.#keys.improvable) this.#rewrite();
  }

  get keyState(): KeyState {
    return this.#keys.state;
  }

  /** @throws ApiError wrong-passphrase; then nothing has changed */
  unlock(passphrase: string): Promise<void> {
    return this.#alone(async () => {
      const { locked } = this.#keys;
      if (!locked) return;
      this.#keys.unlock(await openLock(locked, passphrase));
      this.#state = { ...this.#state, profiles: this.profiles.map((one) => this.#keys.present(one)) };
      if (this.#keys.improvable) this.#rewrite();
    });
  }

  /** Sets a passphrase or another one. @throws ApiError keys-locked before the old one was given */
  setPassphrase(passphrase: string): Promise<void> {
    return this.#alone(async () => {
      this.#expectOpen();
      const lock = await makeLock(passphrase, this.#costs);
      this.#write({}, this.#sealed(this.profiles, lock));
    });
  }

  /** @throws ApiError keys-locked */
  removePassphrase(): Promise<void> {
    return this.#alone(async () => {
      this.#expectOpen();
      this.#write({}, this.#sealed(this.profiles, null));
    });
  }

  /** What the passphrase has sealed and cannot be opened is gone; everything else stays. */
  forgetPassphrase(): Promise<void> {
    return this.#alone(async () => {
      this.#write({}, this.#sealed(this.profiles, null, true));
      this.#state = { ...this.#state, profiles: this.profiles.map((one) => this.#keys.present(one)) };
    });
  }

  get profiles(): readonly Profile[] {
    return this.#state.profiles;
  }

  set profiles(profiles: readonly Profile[]) {
    this.#write({ profiles: profiles.map((profile) => this.#keys.present(profile)) });
  }

  get settings(): Settings {
    return this.#state.settings;
  }

  set settings(settings: Settings) {
    this.#write({ settings });
  }

  /** Ids of the tunnels that were on; what is restored at the next start. */
  get running(): readonly string[] {
    return this.#state.running;
  }

  set running(ids: readonly string[]) {
    if (JSON.stringify(ids) !== JSON.stringify(this.running)) this.#write({ running: [...ids] });
  }

  get learned(): Readonly<Record<string, 1 | 2>> {
    return this.#state.learned;
  }

  set learned(learned: Readonly<Record<string, 1 | 2>>) {
    this.#write({ learned: Object.fromEntries(Object.entries(learned).slice(-LEARNED_KEPT)) });
  }

  get host(): HostMemory {
    return this.#state.host;
  }

  set host(host: HostMemory) {
    this.#write({ host });
  }

  #open({ key, spares = [], ...stored }: StoredProfile): Profile {
    const opened = this.#keys.present({
      ...stored,
      ...this.#readKey(stored.id, stored.options as ProfileOptions, key),
      spares: spares.map(({ id, options, key }) => ({
        id,
        ...this.#readKey(spareKeyId(stored.id, id), options as SpareOptions, key),
      })),
      demo: false,
    });
    if (missingKeyOf(opened) === 'unreadable') this.#note({ code: 'key-unreadable', name: stored.name });
    return opened;
  }

  /** Takes in the key of what has one of its own. @returns the options without it, and that it is missing */
  #readKey<O extends { key?: string }>(
    id: string,
    { key: among, ...options }: O,
    apart: StoredKey | undefined,
  ): { options: Omit<O, 'key'>; missingKey?: MissingKey } {
    // a hand may have written it where kcptun's own file has it
    const key = apart ?? (among === undefined ? undefined : { by: 'plain' as const, text: among });
    if (!key) return { options };
    this.#keys.read(id, key);
    return { options, missingKey: 'unreadable' };
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#deriving.then(work);
    this.#deriving = done.catch(() => undefined);
    return done;
  }

  #expectOpen(): void {
    if (this.#keys.locked)
      throw new ApiError('keys-locked', 'expected the passphrase that is set to be given first');
  }

  #note(notice: Variant<NoticeFields>): void {
    this.notices.push({ id: `${notice.code}:${this.notices.length}`, ...notice });
  }

  /** Writes what could be kept better. What was read serves as it is where that fails: the next change tells of it. */
  #rewrite(): void {
    try {
      this.#write({});
    } catch {
      // a full disk must not keep the tunnels from starting
    }
  }

  /** @throws ApiError storage-failed; then nothing has changed */
  #write(change: Partial<State>, sealed = this.#sealed(change.profiles ?? this.profiles)): void {
    const state = { ...this.#state, ...change };
    guarded(() => {
      const profiles = state.profiles.map((profile) => ({
        ...withoutKeys(profile),
        key: sealed.stored.get(profile.id),
        ...(profile.spares && {
          spares: profile.spares.map(({ id, options: { key: _, ...options } }) => ({
            id,
            options,
            key: sealed.stored.get(spareKeyId(profile.id, id)),
          })),
        }),
      }));
      const { lock } = sealed;
      this.#conf.store = { version: STORE_VERSION, ...state, profiles, ...(lock && { lock }) };
    });
    sealed.written();
    this.#state = state;
  }

  #sealed(...how: Parameters<Keys['seal']>): SealedKeys {
    return guarded(() => this.#keys.seal(...how));
  }
}

function withoutKeys({
  id,
  name,
  colour,
  autostart,
  options,
  extra,
}: Profile): Omit<StoredProfile, 'key' | 'spares'> {
  const { key: _, ...open } = options;
  return { id, name, colour, autostart, options: open, extra };
}

/** Reads what a file holds, entry by entry; what does not fit is set aside. */
class Reading {
  setAside: readonly unknown[];
  changed = false;

  constructor(
    readonly file: Record<string, unknown>,
    readonly onSetAside: (name: string) => void,
  ) {
    this.setAside = Array.isArray(file.setAside) ? file.setAside.slice(-SET_ASIDE_KEPT) : [];
  }

  profiles(): StoredProfile[] {
    const entries = this.file.profiles ?? [];
    if (!Array.isArray(entries)) {
      this.#putAside('profiles', entries);
      return [];
    }
    const found = new Map<string, StoredProfile>();
    entries.forEach((entry: unknown, index) => {
      const parsed = storedProfile.safeParse(entry);
      if (parsed.success && !found.has(parsed.data.id)) found.set(parsed.data.id, parsed.data);
      else {
        const name = isObject(entry) && typeof entry.name === 'string' ? entry.name : `profiles[${index}]`;
        this.#putAside(name, entry);
      }
    });
    return [...found.values()];
  }

  settings(): Settings {
    const entries = this.file.settings ?? {};
    const settings: Record<string, unknown> = { ...DEFAULT_SETTINGS };
    if (!isObject(entries)) this.#putAside('settings', entries);
    else {
      for (const [name, schema] of Object.entries(settingsFields)) {
        if (!(name in entries)) continue;
        const parsed = schema.safeParse(entries[name]);
        if (parsed.success) settings[name] = parsed.data;
        else this.#putAside(`settings.${name}`, entries[name]);
      }
    }
    return settings as Settings;
  }

  lock(): StoredLock | null {
    const { lock } = this.file;
    if (lock === undefined) return null;
    const parsed = storedLock.safeParse(lock);
    if (parsed.success) return parsed.data;
    this.#putAside('lock', lock);
    return null;
  }

  #putAside(name: string, value: unknown): void {
    const entry = { at: new Date().toISOString(), name, value };
    this.setAside = [...this.setAside, entry].slice(-SET_ASIDE_KEPT);
    this.changed = true;
    this.onSetAside(name);
  }
}

function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ApiError) throw error;
    const detail = error instanceof Error ? error.message : String(error);
    throw new ApiError('storage-failed', `the settings file: ${detail}`, [], { cause: error });
  }
}
