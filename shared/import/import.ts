import { MOST_PROFILES } from '../profile.ts';
import { findCommandLines } from './command-line.ts';
import { type FoundProfile, foundProfile, hasOption } from './found.ts';
import { LONGEST_IMPORT } from '../limits.ts';
import { findLinks } from './link.ts';
import { findPluginEnvironment, findShadowsocksLinks } from './sip003.ts';
import { findUciServers } from './uci.ts';

export type { FoundProfile, ImportFormat, ImportNote } from './found.ts';

export interface ImportOutcome {
  /** in the order of the text within a format */
  found: FoundProfile[];
  /** why nothing was found: it looks like JSON and is none, or like nothing that is known */
  refused: 'bad-json' | 'not-recognised' | null;
  /** there were more than the caller has room for */
  more: boolean;
}

/**
 * Finds the profiles in any text: a file, or what was pasted. Knows kcptun's JSON (a client's, a server's, a list of
 * them), kcptun-gui-windows' JSON, `kcptun://` links of both kinds, `ss://` links and plugin options of Shadowsocks,
 * OpenWrt's UCI, and command lines amid other text. Never throws, and looks at no more than `most` profiles.
 */
export function importProfiles(text: string, most = MOST_PROFILES): ImportOutcome {
  const whole = text.replace(/^\uFEFF/, '').trim();
  if (whole.length > LONGEST_IMPORT) return { found: [], refused: 'not-recognised', more: false };
  if (/^[[{]/.test(whole)) return importJson(whole, most);
  for (const find of [findAllLinks, findUciServers, findPluginEnvironment, findCommandLines]) {
    const outcome = take(find(whole), most);
    if (!outcome.refused) return outcome;
  }
  return { found: [], refused: 'not-recognised', more: false };
}

function* findAllLinks(text: string): Generator<FoundProfile> {
  yield* findLinks(text);
  yield* findShadowsocksLinks(text);
}

function take(profiles: Iterable<FoundProfile>, most: number): ImportOutcome {
  const found: FoundProfile[] = [];
  for (const profile of profiles) {
    if (found.length === most) return { found, refused: null, more: true };
    found.push(profile);
  }
  return { found, refused: found.length > 0 ? null : 'not-recognised', more: false };
}

function importJson(text: string, most: number): ImportOutcome {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { found: [], refused: 'bad-json', more: false };
  }
  return take(profilesOfAll(Array.isArray(value) ? value : [value]), most);
}

function* profilesOfAll(values: readonly unknown[]): Generator<FoundProfile> {
  for (const value of values) yield* profilesOf(value);
}

function* profilesOf(value: unknown): Generator<FoundProfile> {
  if (!isObject(value)) return;
  if (Array.isArray(value.servers)) {
    for (const server of value.servers) if (isObject(server)) yield profileOfGui(server);
    return;
  }
  const { name = '', ...options } = typeof value.name === 'string' ? value : { ...value, name: '' };
  // some key must be an option, or any JSON would do
  if (hasOption(Object.keys(options))) yield foundProfile('json', String(name), options);
}

/** kcptun-gui-windows: `manual_all` is its name for a command line written by hand. */
function profileOfGui({ remarks, ...options }: Record<string, unknown>): FoundProfile {
  if (options.mode === 'manual_all') options.mode = 'manual';
  return foundProfile('gui-windows', typeof remarks === 'string' ? remarks : '', options, 'client');
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
