import { type FoundProfile, foundProfile, type ImportNote, joinHostPort } from './found.ts';

const NOTE: ImportNote = { code: 'shadowsocks' };

/** `key=...;crypt=aes;nocomp`: a backslash takes the next character as it is, a name alone is true. */
export function readPluginOptions(text: string): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  for (const [part] of text.matchAll(/(?:\\[^]|[^;\\])+/g)) {
    const at = /^(?:\\[^]|[^=\\])*/.exec(part)![0].length;
    const plain = (piece: string): string => piece.replace(/\\([^])/g, '$1').trim();
    const name = plain(part.slice(0, at));
    if (name !== '') options[name] = at === part.length ? true : plain(part.slice(at + 1));
  }
  return options;
}

/** `ss://...@host:port/?plugin=kcptun;...#name` (SIP002), every one in the text. */
export function* findShadowsocksLinks(text: string): Generator<FoundProfile> {
  for (const [, host, query, tag = ''] of text.matchAll(
    /\bss:\/\/(?:[^\s@/?#]*@)?([^\s/?#]+)\/?\?([^\s#]*)(?:#(\S*))?/gi,
  )) {
    const plugin = query
      .split('&')
      .map((field) => /^plugin=([^]*)$/.exec(field)?.[1])
      .find((value) => value !== undefined);
    const [program, options] = splitOnce(unescape(plugin ?? ''), ';');
    if (!/kcptun/i.test(program)) continue;
    const raw = { ...readPluginOptions(options), remoteaddr: host };
    yield foundProfile('ss-link', unescape(tag), raw, 'client', [NOTE]);
  }
}

/** What a Shadowsocks program hands its plugin: SS_REMOTE_HOST and its like, and the options. */
export function findPluginEnvironment(text: string): FoundProfile[] {
  const env = new Map(
    [...text.matchAll(/\b(SS_[A-Z_]+)\s*[=:]\s*(?:"([^"]*)"|'([^']*)'|([^\s"',]+))/g)].map(
      ([, name, double, single, bare]) => [name, double ?? single ?? bare],
    ),
  );
  const field = (name: string): string => env.get(`SS_${name}`) ?? '';
  const options = env.get('SS_PLUGIN_OPTIONS') ?? bareOptions(text);
  if (options === null) return [];
  const raw = readPluginOptions(options);
  const remoteaddr = joinHostPort(field('REMOTE_HOST'), field('REMOTE_PORT'));
  const localaddr = joinHostPort(field('LOCAL_HOST'), field('LOCAL_PORT'));
  if (remoteaddr) raw.remoteaddr = remoteaddr;
  if (localaddr) raw.localaddr = localaddr;
  return [foundProfile('sip003', '', raw, 'client', [NOTE])];
}

/** A line that is nothing but plugin options, two at least, kcptun's. */
function bareOptions(text: string): string | null {
  const isOptions = /^\s*(?:[\w-]+(?:=[^;]*)?;)+[\w-]*(?:=[^;]*)?\s*$/;
  const isOurs = /(?:^|;)\s*(?:key|crypt|mode|datashard|parityshard|nocomp|sndwnd|rcvwnd)(?:=|;|\s*$)/;
  return (
    text.split(/\r?\n/).find((line) => line.length < 4096 && isOptions.test(line) && isOurs.test(line)) ??
    null
  );
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function unescape(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
