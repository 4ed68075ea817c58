import { mustBeTold, withSmuxVersion } from '../options-convert.ts';
import { type ClientOptions, defaultOptions, optionsOf, type OptionValue } from '../options.ts';
import { LOCAL_ADDRESS } from '../profile.ts';
import type { SpareOptions } from '../servers.ts';
import { fromBase64, toBase64 } from './base64.ts';
import { readCommandLine, splitWords } from './command-line.ts';
import { type FoundProfile, foundProfile } from './found.ts';

const SCHEME = 'kcptun://';
/** The names whose value is base64 itself. */
const ENCODED = ['key', 'remark', 'spares'];
/** Mail and chat programs wrap links; more pieces than this are no link. */
const MAX_PIECES = 100;
const MAX_FIELDS = 100;
/** The longest key and the longest name, each in base64 twice, the rest, and spare servers with keys of a usual length. */
const LONGEST_LINK = 64 << 10;

/** Every `kcptun://` link in the text: kcptun_gclient's, in base64, or with plain arguments. */
export function* findLinks(text: string): Generator<FoundProfile> {
  for (const rest of text.split(/kcptun:\/\//i).slice(1)) {
    const found = readEncoded(rest) ?? readArguments(rest);
    if (found) yield found;
  }
}

/** Base64 may be wrapped, and text may follow: the most of it that decodes to fields is the link. */
function readEncoded(rest: string): FoundProfile | null {
  const pieces = (/^[\w+/=\s-]*/.exec(rest.slice(0, LONGEST_LINK)) ?? [''])[0]
    .trim()
    .split(/\s+/, MAX_PIECES);
  // most texts that are no link are told by how they begin
  const begin = fromBase64(pieces.join('').slice(0, 4 * 4));
  if (begin !== null && !/^\s*[\w-]+\s*(=|$)/.test(begin)) return null;
  // padding is the end
  const padded = pieces.findIndex((piece) => piece.includes('='));
  for (let count = padded === -1 ? pieces.length : padded + 1; count > 0; count--) {
    const decoded = fromBase64(pieces.slice(0, count).join(''));
    const fields = decoded && readFields(decoded);
    if (fields) return profileOfFields(fields);
  }
  return null;
}

/** `r=host:port;key=...;` as a map; null where it is nothing of the kind. */
function readFields(text: string): Map<string, string> | null {
  const parts = text.split(';', MAX_FIELDS + 1);
  if (parts.length > MAX_FIELDS) return null;
  const fields = new Map<string, string>();
  for (const part of parts) {
    if (part.trim() === '') continue;
    const at = part.indexOf('=');
    if (at < 1 || !/^[\w-]+$/.test(part.slice(0, at).trim())) return null;
    fields.set(part.slice(0, at).trim().toLowerCase(), part.slice(at + 1).trim());
  }
  return fields.size > 0 ? fields : null;
}

function profileOfFields(fields: Map<string, string>): FoundProfile {
  const raw: Record<string, unknown> = {};
  let name = '';
  for (const [field, value] of fields) {
    // empty means the default
    if (value === '') continue;
    const text = ENCODED.includes(field) ? (fromBase64(value) ?? value) : value;
    if (field === 'remark') name = text;
    else if (field === 'spares') raw.spares = jsonOrText(text);
    else raw[field === 'r' || field === 'server' ? 'remoteaddr' : field] = text;
  }
  return foundProfile('link', name, raw, 'client');
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function readArguments(rest: string): FoundProfile | null {
  const line = /^[^\r\n]*/.exec(rest.slice(0, LONGEST_LINK))![0];
  let decoded = line;
  try {
    if (!/\s/.test(line.trim())) decoded = decodeURIComponent(line);
  } catch {
    // a lone % is no escape: the arguments are as they stand
  }
  // the scheme says whose arguments these are
  return readCommandLine('argument-link', ['kcptun', 'client', ...splitWords(decoded)]);
}

/** The fields kcptun_gclient knows, which it wants to find even where they are at their default. */
const GCLIENT_FIELDS = [
  ...['crypt', 'nocomp', 'datashard', 'parityshard', 'conn', 'mtu', 'sndwnd', 'rcvwnd', 'dscp', 'autoexpire'],
  ...['scavengettl', 'quiet', 'mode', 'acknodelay', 'keepalive', 'sockbuf'],
];
const MANUAL_FIELDS = ['nodelay', 'interval', 'resend', 'nc'];

/**
 * A link in kcptun_gclient's notation; it holds the key. Options that notation does not have follow where they are not
 * the default, spare servers as JSON in base64, and smuxver always, since the notation is older than smux 2. Paths of log files are this machine's and
 * stay behind.
 */
export function toLink(
  name: string,
  given: Partial<ClientOptions>,
  spares: readonly SpareOptions[] = [],
): string {
  // who reads a link that does not say it listens on this machine only
  const defaults: Record<string, OptionValue> = { ...defaultOptions('client'), localaddr: LOCAL_ADDRESS };
  const options = { ...defaults, ...withSmuxVersion(given) } as Record<string, OptionValue>;
  const manual = options.mode === 'manual' ? MANUAL_FIELDS : [];
  const first = [...GCLIENT_FIELDS, ...manual, 'smuxver'];
  const written = ['remoteaddr', 'key', ...first];
  const rest = optionsOf('client')
    .filter(({ kind, key }) => kind !== 'text' && !written.includes(key))
    .filter((spec) => options[spec.key] !== defaults[spec.key] || mustBeTold(spec, options))
    .map(({ key }) => key);
  const fields = [
    `r=${options.remoteaddr}`,
    `key=${toBase64(String(options.key))}`,
    ...[...first, ...rest].map((key) => `${key}=${options[key]}`),
    ...(spares.length > 0 ? [`spares=${toBase64(JSON.stringify(spares))}`] : []),
    `remark=${toBase64(name)}`,
  ];
  return SCHEME + toBase64(`${fields.join(';')};`);
}
