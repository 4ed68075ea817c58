import { findCommandLines } from './command-line.ts';
import { type FoundProfile, foundProfile } from './found.ts';
import { findLinks } from './link.ts';
import { findPluginEnvironment, findShadowsocksLinks } from './sip003.ts';
import { findUciServers } from './uci.ts';

export type { FoundProfile, ImportFormat, ImportNote } from './found.ts';

export interface ImportOutcome {
  /** in the order of the text within a format */
  found: FoundProfile[];
  /** why nothing was found: it looks like JSON and is none, or like nothing that is known */
  refused: 'bad-json' | 'not-recognised' | null;
}

/** Past this a text is no configuration. */
const MAX_TEXT = 1 << 20;

/**
 * Finds the profiles in any text: a file, or what was pasted. Knows kcptun's JSON (a client's, a server's, a list of
 * them), kcptun-gui-windows' JSON, `kcptun://` links of both kinds, `ss://` links and plugin options of Shadowsocks,
 * OpenWrt's UCI, and command lines amid other text. Never throws.
 */
export function importProfiles(text: string): ImportOutcome {
  const whole = text.replace(/^\uFEFF/, '').trim();
  if (whole.length > MAX_TEXT) return { found: [], refused: 'not-recognised' };
  if (/^[[{]/.test(whole)) return importJson(whole);
  const links = [...findLinks(whole), ...findShadowsocksLinks(whole)];
  for (const find of [() => links, findUciServers, findPluginEnvironment, findCommandLines]) {
    const found = find(whole);
    if (found.length > 0) return { found, refused: null };
  }
  return { found: [], refused: 'not-recognised' };
}

function importJson(text: string): ImportOutcome {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { found: [], refused: 'bad-json' };
  }
  const found = (Array.isArray(value) ? value : [value]).flatMap(profilesOf);
  return { found, refused: found.length > 0 ? null : 'not-recognised' };
}

function profilesOf(value: unknown): FoundProfile[] {
  if (!isObject(value)) return [];
  if (Array.isArray(value.servers)) return value.servers.filter(isObject).map(profileOfGui);
  const { name = '', ...options } = typeof value.name === 'string' ? value : { ...value, name: '' };
  const found = foundProfile('json', String(name), options);
  // some key must be an option, or any JSON would do
  return Object.keys(found.extra).length < Object.keys(options).length ? [found] : [];
}

/** kcptun-gui-windows: `manual_all` is its name for a command line written by hand. */
function profileOfGui({ remarks, ...options }: Record<string, unknown>): FoundProfile {
  if (options.mode === 'manual_all') options.mode = 'manual';
  return foundProfile('gui-windows', typeof remarks === 'string' ? remarks : '', options, 'client');
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
