import { AddressError, isEveryInterface, parseAddress } from '../address.ts';
import { EXTRA_DEPTH, EXTRA_SIZE, extraSize } from '../extra.ts';
import { toClientOptions } from '../options-convert.ts';
import { checkSpares, parseOptions } from '../options-parse.ts';
import type { SpareOptions } from '../servers.ts';
import { valueOfText } from '../options-value.ts';
import { problemLine } from '../options-problem.ts';
import {
  type ClientOptions,
  defaultOptions,
  type OptionKey,
  optionsOf,
  type OptionSpec,
  type Side,
} from '../options.ts';
import { LOCAL_ADDRESS, LONGEST_VALUE } from '../profile.ts';
import type { Variant } from '../variant.ts';

export type ImportFormat =
  /** kcptun's `-c` file */
  | 'json'
  /** `kcptun://` of kcptun_gclient, base64 */
  | 'link'
  /** `kcptun://` and arguments */
  | 'argument-link'
  | 'command-line'
  /** options of a Shadowsocks plugin */
  | 'sip003'
  /** `ss://` with kcptun for a plugin */
  | 'ss-link'
  /** OpenWrt's /etc/config/kcptun */
  | 'uci'
  /** kcptun-gui-windows */
  | 'gui-windows';

/** What the user should know about a profile that was found, and the values of the sentence. */
export interface ImportNoteFields {
  /** the smux version is not said: kcptun took 1 until late 2025, and takes 2 since */
  'smuxver-assumed': { smuxver: number };
  /** it was a server's, and the profile is a client's that fits it */
  'server-config': object;
  /** kept, but without meaning here */
  'unknown-keys': { keys: string[] };
  /** a value was wrong and is at its default; `detail` is English and names the option, the value and what was expected */
  'bad-value': { detail: string };
  /** log and snmplog: paths of the machine it came from, or of whoever made it */
  'file-dropped': { keys: string[] };
  /** unknown keys whose values are too deep or too large to be kept */
  'extra-dropped': { keys: string[] };
  /** it says that other machines may come in */
  'every-interface': { address: string };
  /** nodelay, interval, resend and nc count only in mode manual */
  'manual-ignored': object;
  /** it reads further options from a file, which should be imported too */
  'config-file': { path: string };
  /** only the tunnel is taken over: the Shadowsocks client has to be pointed at its local address */
  shadowsocks: object;
}

export type ImportNote = Variant<ImportNoteFields>;

export interface FoundProfile {
  format: ImportFormat;
  /** the name it had, or else the server's host */
  name: string;
  /** only what was said, and right */
  options: Partial<ClientOptions>;
  /** servers behind the first */
  spares: SpareOptions[];
  /** keys that a client of kcptun does not have, as they came */
  extra: Record<string, unknown>;
  /** it was a server's, and `options` is made to fit it */
  server: boolean;
  notes: ImportNote[];
}

/** Formats that are older than smux 2. */
const BEFORE_SMUX_2: readonly ImportFormat[] = ['link', 'argument-link', 'gui-windows'];

/** Options that name files to be written. */
const FILES = ['log', 'snmplog'];
const KEYS_SHOWN = 20;

const CLIENT_SPECS = new Map<string, OptionSpec>(optionsOf('client').map((spec) => [spec.key, spec]));
const SERVER_SPECS = new Map<string, OptionSpec>(optionsOf('server').map((spec) => [spec.key, spec]));

/** Whether a file with these keys is a server's: it says where to listen or what to connect to, and names no server. */
export function sideOfKeys(keys: readonly string[]): Side {
  const names = new Set(keys.map((key) => key.toLowerCase()));
  const isServer =
    (names.has('listen') || names.has('target')) && !names.has('remoteaddr') && !names.has('localaddr');
  return isServer ? 'server' : 'client';
}

/** Whether any of these keys is an option of the side that they speak of. */
export function hasOption(keys: readonly string[]): boolean {
  const specs = sideOfKeys(keys) === 'client' ? CLIENT_SPECS : SERVER_SPECS;
  return keys.some((key) => specs.has(key.toLowerCase()));
}

/**
 * Makes a profile of raw values by option name (in any case). Text is read as on the command line, since many
 * front ends write numbers so; what is wrong is left out and noted.
 */
export function foundProfile(
  format: ImportFormat,
  name: string,
  raw: Readonly<Record<string, unknown>>,
  side: Side = sideOfKeys(Object.keys(raw)),
  notes: readonly ImportNote[] = [],
): FoundProfile {
  const specs = side === 'client' ? CLIENT_SPECS : SERVER_SPECS;
  const input: Record<string, unknown> = {};
  const files: string[] = [];
  for (const [key, value] of Object.entries(raw)) {
    const spec = specs.get(key.toLowerCase());
    // where an import may write is not for it to say
    if (spec && FILES.includes(spec.key)) {
      if (value !== '') files.push(spec.key);
    } else own(input, key, spec && typeof value === 'string' ? valueOfText(spec, value) : value);
  }
  const parsed = parseOptions(side, input);
  const found: FoundProfile = {
    format,
    name,
    options: {},
    spares: parsed.spares,
    extra: {},
    server: side === 'server',
    notes: [...notes],
  };
  const note = (one: ImportNote): void => void found.notes.push(one);

  for (const given of [parsed.given, ...parsed.spares] as Partial<Record<OptionKey, unknown>>[])
    for (const [key, value] of Object.entries(given) as [OptionKey, unknown][]) {
      if (typeof value !== 'string' || value.length <= LONGEST_VALUE) continue;
      note({ code: 'bad-value', detail: `${key}: expected at most ${LONGEST_VALUE} characters` });
      delete given[key];
    }
  found.spares = found.spares.filter(({ remoteaddr }) => remoteaddr !== undefined);
  for (const problem of parsed.problems) {
    if (problem.severity === 'error') note({ code: 'bad-value', detail: problemLine(problem) });
    else if (problem.code === 'manual-ignored') note({ code: 'manual-ignored' });
  }
  // a rule between options was broken by values that are right alone
  const ofSpares = side === 'client' ? checkSpares(parsed.options as ClientOptions, found.spares) : [];
  for (const { severity, key, server } of ofSpares)
    if (severity === 'error' && key !== 'remoteaddr')
      delete (found.spares[server! - 2] as Partial<Record<OptionKey, unknown>>)[key];
  for (const { severity, key, code, server } of parsed.problems)
    if (severity === 'error' && code !== 'server-list' && (server ?? 1) === 1)
      delete (parsed.given as Partial<Record<OptionKey, unknown>>)[key];

  if (side === 'client') found.options = parsed.given;
  else {
    note({ code: 'server-config' });
    try {
      found.options = toClientOptions(parsed.given);
    } catch (error) {
      if (!(error instanceof AddressError)) throw error;
      note({ code: 'bad-value', detail: `listen: ${error.message}` });
    }
  }

  if (parsed.given.smuxver === undefined) {
    const old = BEFORE_SMUX_2.includes(format);
    if (old) found.options.smuxver = 1;
    note({
      code: 'smuxver-assumed',
      smuxver: found.options.smuxver ?? defaultOptions('client').smuxver,
    });
  }
  if (found.options.localaddr === undefined) found.options.localaddr = LOCAL_ADDRESS;
  else if (isEveryInterface(parseAddress(found.options.localaddr, { use: 'listen', unix: true })))
    note({ code: 'every-interface', address: found.options.localaddr });
  if (files.length > 0) note({ code: 'file-dropped', keys: files });
  keepExtra(found, parsed.unknown);
  if (found.name === '') found.name = hostOf(found.options.remoteaddr);
  return found;
}

/** Keeps of the unknown keys what is within bounds, all together. */
function keepExtra({ extra, notes }: FoundProfile, unknown: Readonly<Record<string, unknown>>): void {
  const dropped: string[] = [];
  // the object itself counts as a value
  let room = EXTRA_SIZE - 8;
  for (const [key, value] of Object.entries(unknown)) {
    const size = extraSize(value, room - key.length, EXTRA_DEPTH - 1);
    if (typeof size === 'number') {
      room -= key.length + size;
      own(extra, key, value);
    } else dropped.push(key);
  }
  const kept = Object.keys(extra);
  if (kept.length > 0) notes.push({ code: 'unknown-keys', keys: shown(kept) });
  if (dropped.length > 0) notes.push({ code: 'extra-dropped', keys: shown(dropped) });
}

const shown = (keys: readonly string[]): string[] => [
  ...keys.slice(0, KEYS_SHOWN).map((key) => (key.length > 64 ? `${key.slice(0, 63)}…` : key)),
  ...(keys.length > KEYS_SHOWN ? ['…'] : []),
];

/** Sets a property of its own, whatever it is called. */
function own(target: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}

function hostOf(remoteaddr = ''): string {
  try {
    const address = parseAddress(remoteaddr, { use: 'dial', portRange: true });
    return 'host' in address ? address.host : '';
  } catch (error) {
    if (error instanceof AddressError) return '';
    throw error;
  }
}

/** `host:port` of two fields, with brackets around an IPv6 address; null where there is no port. */
export const joinHostPort = (host: string, port: string): string | null =>
  port === '' ? null : `${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`;
