import { z } from 'zod';
import { CRYPTS } from './crypts.ts';
import type { ErrorData } from './errors.ts';
import { EXTRA_DEPTH, EXTRA_SIZE, extraProblem } from './extra.ts';
import type { ImportNote } from './import/found.ts';
import { LONGEST_IMPORT, LONGEST_IMPORTS, LONGEST_PASSPHRASE, SHORTEST_PASSPHRASE } from './limits.ts';
import type { Unsubscribe } from './listeners.ts';
import type { LogLine } from './log.ts';
import type { Ping, ProbeProgress, ProbeReport } from './probe.ts';
import { MOST_SPARES } from './servers.ts';
import { COLOURS, LONGEST_VALUE, MOST_PROFILES, type Profile } from './profile.ts';
import { type Settings, settingsFields } from './settings.ts';
import type { TunnelState } from './state.ts';
import type { Connection, History, Statistics } from './statistics.ts';
import type { UpdateState, UpdateWay } from './updates.ts';
import type { Variant } from './variant.ts';

/** What the host around the core can do; the window hides what it cannot. */
export interface HostCapabilities {
  kind: 'electron' | 'web';
  platform: string;
  tray: boolean;
  loginItem: boolean;
  notifications: boolean;
  updates: UpdateWay;
}

/** What the user should know that is no state of a tunnel, and the values of the sentence. */
export interface NoticeFields {
  /** a part of the settings file could not be read, and is kept apart */
  'entry-set-aside': { name: string };
  /** the key of a saved tunnel cannot be opened on this system */
  'key-unreadable': { name: string };
  /** the app crashed twice within a minute: nothing was brought up by itself */
  'not-restored': object;
  /** the settings file is of a newer version of the app */
  'store-newer': { version: number };
}

export type Notice = Variant<NoticeFields> & { id: string };

/** How keys are kept at rest: by the passphrase where one is set, else by the system's keyring, else open in the file. */
export interface KeyState {
  /** whether the system has one that the host can use */
  keyring: boolean;
  passphrase: 'none' | 'locked' | 'open';
}

/** The news of one tunnel; what is absent has not changed. */
export interface TunnelUpdate {
  id: string;
  state?: TunnelState;
  statistics?: Statistics;
  /** every connection, where this window watches them */
  connections?: Connection[];
  /** how far its server was lately, oldest first */
  pings?: Ping[];
}

/** All a window needs for its first paint. */
export interface Snapshot {
  version: string;
  host: HostCapabilities;
  settings: Settings;
  profiles: Profile[];
  /** one for every profile, with its state */
  tunnels: (TunnelUpdate & { state: TunnelState })[];
  keys: KeyState;
  updates: UpdateState;
  notices: Notice[];
}

/** One profile found in an imported text. */
export interface ImportedProfile {
  profile: Profile;
  /** the file or text it came from */
  source: string;
  /** what the user should know: unknown keys, an ambiguous smuxver, a server's file converted */
  notes: ImportNote[];
}

/** Why a source was not imported, or not all of it. */
export type ImportRefusal =
  /** in none of the formats that can be read */
  | 'not-recognised'
  /** it begins as JSON, and is none */
  | 'bad-json'
  /** a server's configuration, which is converted where that is asked for */
  | 'server-config'
  /** one profile of several, with what is wrong in the message */
  | 'bad-entry'
  /** the app has no room for more: what came before is imported */
  | 'too-many';

export interface ImportResult {
  imported: ImportedProfile[];
  /** sources with nothing in them to import, and why */
  refused: { source: string; message: string; code: ImportRefusal }[];
}

export interface ExportedFile {
  /** a file name without a path */
  name: string;
  text: string;
}

export interface ServerCommand {
  /** one line for a POSIX shell */
  command: string;
  /** the server's `-c` file */
  json: string;
}

const optionValue = z.union([z.string().max(LONGEST_VALUE), z.number(), z.boolean()]);
const extra = z.custom<Record<string, unknown>>(
  (value) =>
    typeof value === 'object' && !Array.isArray(value) && value !== null && extraProblem(value) === null,
  `expected JSON of at most ${EXTRA_SIZE} characters and ${EXTRA_DEPTH} levels`,
);

/** The parts of a spare server that a window may set, and a file may hold. */
export const spareField = {
  id: z.string().regex(/^[\w-]{1,64}$/),
  options: z.record(z.string().max(64), optionValue),
};
export const spareFields = <S extends z.ZodType<{ id: string }>>(spare: S): z.ZodArray<S> =>
  z
    .array(spare)
    .max(MOST_SPARES)
    .refine((all) => new Set(all.map(({ id }) => id)).size === all.length, 'expected each id once');

/** The parts of a profile a window may set, and a file may hold. */
export const profileFields = {
  name: z.string().trim().min(1).max(100),
  colour: z.enum(COLOURS),
  autostart: z.boolean(),
  options: z.record(z.string().max(64), optionValue),
  spares: spareFields(z.object(spareField)),
  extra,
};

const profileId = z.string().min(1).max(64);

const none = z.strictObject({}).optional();
const one = z.strictObject({ id: profileId });

/** A request's argument schema, and by `R` what it answers with. */
interface RequestDefinition<A extends z.ZodType, R> {
  readonly args: A;
  /** holds the type only */
  readonly result?: R;
}
const request =
  <R>() =>
  <A extends z.ZodType>(args: A): RequestDefinition<A, R> => ({ args });

/** Every request a window can make of the core. Both ends and every transport are derived from this table. */
export const REQUESTS = {
  /** everything for the first paint; notifications follow from then on */
  snapshot: request<Snapshot>()(none),

  'profiles.create': request<Profile>()(
    z.strictObject({
      name: profileFields.name,
      colour: profileFields.colour.optional(),
      autostart: profileFields.autostart.default(false),
      options: profileFields.options.default({}),
      spares: profileFields.spares.default([]),
      extra: profileFields.extra.default({}),
    }),
  ),
  /** `options` and `extra`, where given, replace the old ones as a whole; a running tunnel is left alone */
  'profiles.update': request<Profile>()(
    z.strictObject({ id: profileId, patch: z.strictObject(profileFields).partial() }),
  ),
  'profiles.clone': request<Profile>()(one),
  /** stops and removes; `undo` is for `profiles.restore`, until the app ends */
  'profiles.remove': request<{ undo: string }>()(
    z.strictObject({ ids: z.array(profileId).min(1).max(MOST_PROFILES) }),
  ),
  /** brings back what was removed, in its old places (switched off) */
  'profiles.restore': request<Profile[]>()(z.strictObject({ undo: z.string().max(64) })),
  /** every id, in the new order */
  'profiles.reorder': request<void>()(z.strictObject({ ids: z.array(profileId).max(MOST_PROFILES) })),
  /**
   * Reads each text in whatever format it is (see shared/import) and saves what is in it.
   * A server's file is refused with `server-config` unless `convertServers`.
   */
  'profiles.import': request<ImportResult>()(
    z.strictObject({
      sources: z
        .array(z.strictObject({ name: z.string().max(255), text: z.string().max(LONGEST_IMPORT) }))
        .min(1)
        .max(200)
        .refine(
          (sources) => sources.reduce((sum, { text }) => sum + text.length, 0) <= LONGEST_IMPORTS,
          `expected at most ${LONGEST_IMPORTS} characters in all`,
        ),
      convertServers: z.boolean().default(false),
    }),
  ),
  /** kcptun's client JSON, a command line or a link for each of `ids`, or for all; holds the keys */
  'profiles.export': request<ExportedFile[]>()(
    z.strictObject({
      ids: z.array(profileId).max(MOST_PROFILES).optional(),
      format: z.enum(['json', 'command', 'link']).default('json'),
    }),
  ),
  /** the matching server's command line and JSON; without `withKey` a placeholder stands for the key */
  'profiles.serverCommand': request<ServerCommand>()(
    z.strictObject({ id: profileId, withKey: z.boolean().default(false) }),
  ),

  'tunnels.start': request<void>()(one),
  'tunnels.stop': request<void>()(one),
  'tunnels.startAll': request<void>()(none),
  'tunnels.stopAll': request<void>()(none),
  /** closes every session and dials anew, names resolved again */
  'tunnels.redial': request<void>()(one),
  /** stop, then start with the profile's options as they are now */
  'tunnels.restart': request<void>()(one),
  'tunnels.history': request<History>()(one),
  'tunnels.connections': request<Connection[]>()(one),
  /** which tunnel's connections this window wants in its `tunnel` notifications; null for none */
  'tunnels.watchConnections': request<void>()(z.strictObject({ id: profileId.nullable() })),
  /** asks the servers of these tunnels, or of all, how far they are; answers when it is known of each */
  'tunnels.ping': request<void>()(z.strictObject({ ids: z.array(profileId).max(1000).optional() })),

  /**
   * Asks a server what it is, its crypt first; `probe` notifications with this id tell this window of what is learned.
   * Ends after the server's first heartbeat, some ten seconds, or with `probe.stop`.
   */
  'probe.run': request<ProbeReport>()(
    z.strictObject({
      id: z.string().min(1).max(64),
      remoteaddr: z.string().max(512),
      key: z.string().max(4096),
      crypt: z.enum(CRYPTS).default('aes'),
    }),
  ),
  /** how far a server is that no tunnel has, or not yet */
  'probe.ping': request<Ping>()(
    z.strictObject({ remoteaddr: z.string().max(512), key: z.string().max(4096), crypt: z.enum(CRYPTS) }),
  ),
  'probe.stop': request<void>()(z.strictObject({ id: z.string().min(1).max(64) })),

  /** the newest lines, oldest first; `tunnel` null is the app's own, absent is everything */
  'log.tail': request<LogLine[]>()(
    z.strictObject({
      tunnel: profileId.nullable().optional(),
      limit: z.number().int().min(1).max(5000).default(1000),
    }),
  ),
  'log.clear': request<void>()(z.strictObject({ tunnel: profileId.nullable().optional() })),
  /** whether this window wants `log` notifications */
  'log.follow': request<void>()(z.strictObject({ on: z.boolean() })),

  'settings.update': request<Settings>()(z.strictObject(settingsFields).partial()),
  /** opens the keys that the passphrase has sealed, and starts the tunnels that waited for it */
  'keys.unlock': request<void>()(z.strictObject({ passphrase: z.string().min(1).max(LONGEST_PASSPHRASE) })),
  /** sets a passphrase, or another one; it is asked for at the next start */
  'keys.setPassphrase': request<void>()(
    z.strictObject({ passphrase: z.string().min(SHORTEST_PASSPHRASE).max(LONGEST_PASSPHRASE) }),
  ),
  /** leaves the keys to the keyring again, or open where there is none */
  'keys.removePassphrase': request<void>()(none),
  /** clears the keys that it has sealed, and nothing else */
  'keys.forgetPassphrase': request<void>()(none),

  /** looks for a newer version now, whatever the settings say; what is found comes as `updates` notifications */
  'updates.check': request<void>()(none),
  /** fetches the version that was found */
  'updates.download': request<void>()(none),
  /** gives that up */
  'updates.cancel': request<void>()(none),
  /** stops the tunnels, and restarts into the version that was fetched */
  'updates.install': request<void>()(none),

  /** links that the system handed to the app, which are this window's to show from now on; nothing is imported */
  'links.take': request<string[]>()(none),
  /** the window has painted what the core told it */
  'window.shown': request<void>()(none),
  'notices.dismiss': request<void>()(z.strictObject({ id: z.string().max(64) })),

  /** our own server and a small traffic source in the app, and a tunnel between them; running already is no error */
  'demo.start': request<Profile>()(none),
  'demo.stop': request<void>()(none),
} as const;

/** What the core says by itself. The news of a tunnel comes at most twice a second, merged. */
export interface Notifications {
  tunnel: TunnelUpdate;
  /** all of them, in order, whenever one has changed */
  profiles: Profile[];
  settings: Settings;
  notices: Notice[];
  keys: KeyState;
  updates: UpdateState;
  /** how many links wait for `links.take` */
  links: number;
  /** new lines, oldest first, where this window follows the log; at most once a second */
  log: LogLine[];
  /** what a probe of this window has learned so far */
  probe: ProbeProgress & { id: string };
}

export type RequestName = keyof typeof REQUESTS;
export type NotificationName = keyof Notifications;
/** What a caller passes: defaults may be left out. */
export type RequestArgs<N extends RequestName> = z.input<(typeof REQUESTS)[N]['args']>;
/** What the core gets: validated, defaults filled in. */
export type ParsedArgs<N extends RequestName> = z.output<(typeof REQUESTS)[N]['args']>;
export type RequestResult<N extends RequestName> =
  (typeof REQUESTS)[N] extends RequestDefinition<z.ZodType, infer R> ? R : never;

export type RequestHandlers = {
  [N in RequestName]: (args: ParsedArgs<N>) => RequestResult<N> | Promise<RequestResult<N>>;
};
export type Notify = <N extends NotificationName>(name: N, data: Notifications[N]) => void;

/** The core, as a transport sees it. */
export interface ApiCore {
  /** One window more: its own handlers (what it watches is its own), until `detach`. */
  attach(notify: Notify): { handlers: RequestHandlers; detach(): void };
}

/** Carries messages (JSON-like values) between a window and the core, in order. */
export interface Transport {
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): Unsubscribe;
  onClose(listener: () => void): Unsubscribe;
}

export interface RequestMessage {
  id: number;
  request: RequestName;
  args?: unknown;
}
export type CoreMessage =
  | { id: number; result: unknown }
  | { id: number; error: ErrorData }
  | { notification: NotificationName; data: unknown };
