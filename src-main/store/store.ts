import { copyFileSync } from 'node:fs';
import { z } from 'zod';
import { type Notice, profileFields } from '../../shared/api.ts';
import { ApiError } from '../../shared/errors.ts';
import type { Profile, ProfileOptions } from '../../shared/profile.ts';
import { DEFAULT_SETTINGS, type Settings, settingsFields } from '../../shared/settings.ts';
import type { ConfFile } from './conf-file.ts';
import { migrate, STORE_VERSION, versionOf } from './migrations.ts';
import type { SecretBox } from './secret-box.ts';

/** What the store keeps of the host's own: not the user's choices, but what it has to remember. */
const hostMemory = z.object({
  /** the user has been told once that closing the window leaves the app in the tray */
  toldAboutTray: z.boolean().catch(false),
  windowPlace: z
    .object({ x: z.int(), y: z.int(), width: z.int(), height: z.int(), maximised: z.boolean() })
    .nullable()
    .catch(null),
});
export type HostMemory = z.infer<typeof hostMemory>;

/** A profile on disk: the key is apart from the options, and sealed where the host can. */
const storedProfile = z.object({
  ...profileFields,
  id: z.string().min(1).max(64),
  key: z.object({ text: z.string(), sealed: z.boolean() }).optional(),
});
type StoredProfile = z.infer<typeof storedProfile>;

/** Broken entries that are kept in the file for whoever wants to mend them. */
const SET_ASIDE_KEPT = 50;

/**
 * Profiles, settings and what the host remembers, in memory and in one file. One entry that does not fit is set aside
 * with a notice, and takes no other with it.
 */
export class Store {
  readonly #conf: ConfFile;
  readonly #box: SecretBox;
  #profiles: Profile[] = [];
  #settings: Settings = DEFAULT_SETTINGS;
  #running: string[] = [];
  #host: HostMemory;
  #setAside: unknown[];
  /** keys that cannot be opened here, by profile; kept as they are until a new key is set */
  readonly #unreadable = new Map<string, string>();
  readonly notices: Notice[] = [];

  /** @throws ApiError storage-failed when the file can neither be read nor written */
  constructor(conf: ConfFile, box: SecretBox) {
    this.#conf = conf;
    this.#box = box;
    const read = guarded(() => conf.store);
    const found = versionOf(read);
    if (found > STORE_VERSION) {
      guarded(() => copyFileSync(conf.path, `${conf.path}.version-${found}`));
      this.#note('store-newer', { version: found });
    }
    if (typeof read.brokenFile === 'string') this.#note('entry-set-aside', { name: read.brokenFile });
    const file = migrate(read);
    this.#setAside = Array.isArray(file.setAside) ? file.setAside.slice(-SET_ASIDE_KEPT) : [];
    const before = this.#setAside.length;
    this.#readProfiles(file.profiles);
    this.#readSettings(file.settings);
    this.#running = z.array(z.string()).catch([]).parse(file.running);
    this.#host = hostMemory.parse(isObject(file.host) ? file.host : {});
    if (found !== STORE_VERSION || this.#setAside.length !== before) this.#write();
  }

  get secure(): boolean {
    return this.#box.secure;
  }

  get profiles(): readonly Profile[] {
    return this.#profiles;
  }

  set profiles(profiles: readonly Profile[]) {
    this.#profiles = [...profiles];
    this.#write();
  }

  get settings(): Settings {
    return this.#settings;
  }

  set settings(settings: Settings) {
    this.#settings = settings;
    this.#write();
  }

  /** Ids of the tunnels that were on; what is restored at the next start. */
  get running(): readonly string[] {
    return this.#running;
  }

  set running(ids: readonly string[]) {
    if (JSON.stringify(ids) === JSON.stringify(this.#running)) return;
    this.#running = [...ids];
    this.#write();
  }

  get host(): HostMemory {
    return this.#host;
  }

  set host(memory: HostMemory) {
    this.#host = memory;
    this.#write();
  }

  #readProfiles(entries: unknown): void {
    if (entries === undefined) return;
    if (!Array.isArray(entries)) return this.#putAside('profiles', entries);
    const ids = new Set<string>();
    entries.forEach((entry: unknown, index) => {
      const parsed = storedProfile.safeParse(entry);
      if (!parsed.success || ids.has(parsed.data.id)) {
        const name = isObject(entry) && typeof entry.name === 'string' ? entry.name : `profiles[${index}]`;
        return this.#putAside(name, entry);
      }
      ids.add(parsed.data.id);
      this.#profiles.push(this.#unseal(parsed.data));
    });
  }

  #unseal({ key, ...stored }: StoredProfile): Profile {
    const options = { ...stored.options } as ProfileOptions;
    if (key) {
      try {
        options.key = key.sealed ? this.#box.open(key.text) : key.text;
      } catch {
        this.#unreadable.set(stored.id, key.text);
        this.#note('key-unreadable', { name: stored.name });
      }
    }
    return { ...stored, options, demo: false };
  }

  #readSettings(entries: unknown): void {
    if (entries === undefined) return;
    if (!isObject(entries)) return this.#putAside('settings', entries);
    const settings: Record<string, unknown> = { ...DEFAULT_SETTINGS };
    for (const [name, schema] of Object.entries(settingsFields)) {
      if (!(name in entries)) continue;
      const parsed = schema.safeParse(entries[name]);
      if (parsed.success) settings[name] = parsed.data;
      else this.#putAside(`settings.${name}`, entries[name]);
    }
    this.#settings = settings as Settings;
  }

  #putAside(name: string, value: unknown): void {
    this.#setAside = [...this.#setAside, { at: new Date().toISOString(), name, value }].slice(
      -SET_ASIDE_KEPT,
    );
    this.#note('entry-set-aside', { name });
  }

  #note(code: Notice['code'], params: Notice['params']): void {
    this.notices.push({ id: `${code}:${this.notices.length}`, code, params });
  }

  #seal({ id, name, colour, autostart, options, extra }: Profile): StoredProfile {
    const { key, ...open } = options;
    const stored: StoredProfile = {
      id,
      name,
      colour,
      autostart,
      options: open,
      extra: extra as StoredProfile['extra'],
    };
    const unreadable = this.#unreadable.get(id);
    if (key !== undefined) {
      this.#unreadable.delete(id);
      stored.key = { text: this.#box.seal(key), sealed: this.#box.secure };
    } else if (unreadable !== undefined) stored.key = { text: unreadable, sealed: true };
    return stored;
  }

  #write(): void {
    guarded(() => {
      this.#conf.store = {
        version: STORE_VERSION,
        profiles: this.#profiles.map((profile) => this.#seal(profile)),
        settings: this.#settings,
        running: this.#running,
        host: this.#host,
        setAside: this.#setAside,
      };
    });
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new ApiError('storage-failed', `the settings file: ${detail}`, [], { cause: error });
  }
}
