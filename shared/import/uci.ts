import { type FoundProfile, foundProfile, joinHostPort } from './found.ts';

/**
 * The servers of OpenWrt's /etc/config/kcptun (luci-app-kcptun): `config servers` blocks of `option name 'value'`
 * lines. Blocks of other kinds say how the router runs kcptun, and are left.
 */
export function* findUciServers(text: string): Generator<FoundProfile> {
  let block: Map<string, string> | null = null;
  for (const line of text.split(/\r?\n/)) {
    const section = /^\s*config\s+['"]?(\w+)/.exec(line);
    if (section) {
      if (block?.size) yield profileOfBlock(block);
      block = section[1] === 'servers' ? new Map<string, string>() : null;
    }
    const option = /^\s*option\s+['"]?(\w+)['"]?\s+(?:'([^']*)'|"([^"]*)"|(\S+))/.exec(line);
    if (option) block?.set(option[1], option[2] ?? option[3] ?? option[4]);
  }
  if (block?.size) yield profileOfBlock(block);
}

const OWN = ['alias', 'server_addr', 'server_port', 'listen_addr', 'listen_port'];

function profileOfBlock(block: Map<string, string>): FoundProfile {
  const raw: Record<string, unknown> = Object.fromEntries(
    [...block].filter(([name, value]) => !OWN.includes(name) && value !== ''),
  );
  const remoteaddr = joinHostPort(block.get('server_addr') ?? '', block.get('server_port') ?? '');
  const localaddr = joinHostPort(block.get('listen_addr') ?? '', block.get('listen_port') ?? '');
  if (remoteaddr) raw.remoteaddr = remoteaddr;
  if (localaddr) raw.localaddr = localaddr;
  return foundProfile('uci', block.get('alias') ?? '', raw, 'client');
}
