import type { AddressForm } from './options-table.ts';
import { MAX_UINT16 } from './wire.ts';

/** Ports `minPort` to `maxPort` of a host; an empty host is every interface, or for dialling this machine. */
export interface HostPorts {
  /** a name or a literal, IPv6 without brackets */
  host: string;
  minPort: number;
  maxPort: number;
}
export interface SocketPath {
  path: string;
}
export type Address = HostPorts | SocketPath;

/** Says why a text is no address, and what was expected; the caller names the option and the value. */
export class AddressError extends Error {
  override readonly name = 'AddressError';
  constructor(
    readonly why: string,
    form: AddressForm,
  ) {
    super(`${why}; expected ${addressExample(form)}`);
  }
}

/** What an address of this form looks like. */
export const addressExample = (form: AddressForm): string =>
  [
    'host:port',
    form.use === 'listen' && ':port',
    '[IPv6]:port',
    form.portRange && 'host:min-max',
    form.unix && "the path of a unix socket (with a '/')",
  ]
    .filter(Boolean)
    .join(', ');

/**
 * Reads kcptun's address notations: `host:port`, `:port`, `[v6]:port`, `host:min-max`, and where the form allows it
 * the path of a unix socket. kcptun takes any text without a port for such a path; here a path has a slash or ends
 * in `.sock`, so that a forgotten port is an error and not a socket file.
 * @throws {AddressError}
 */
export function parseAddress(text: string, form: AddressForm): Address {
  const fail = (why: string): never => {
    throw new AddressError(why, form);
  };
  if (text.includes('\0')) fail('it holds a NUL');
  if (/[/\\]|\.sock$/.test(text)) return form.unix ? { path: text } : fail('it is a path');

  const parts = /^(?:\[([^\][]*)\]|([^\][:]*)):([^:]*)$/.exec(text);
  if (!parts) {
    if (/^[^\][]*:[^\][]*:[^\][]*$/.test(text))
      fail('an IPv6 address is written in brackets, as in [::1]:29900');
    if (/^\d+$/.test(text)) fail(`a port alone is written :${text}`);
    return fail(text === '' ? 'it is empty' : 'the port is missing');
  }
  const [, v6, name, ports] = parts;
  if (v6 !== undefined && !isIPv6(v6)) fail(`${JSON.stringify(v6)} is no IPv6 address`);
  const host = v6 ?? name;
  if (/[\s"'<>|?#@,;]/.test(host)) fail(`${JSON.stringify(host)} is no host name`);

  const range = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(ports);
  if (!range) return fail(ports === '' ? 'the port is missing' : `${JSON.stringify(ports)} is no port`);
  if (range[2] !== undefined && !form.portRange) fail('a range of ports is not possible here');
  const minPort = Number(range[1]);
  const maxPort = Number(range[2] ?? range[1]);
  // a single port 0 asks the system for a free one, which only makes sense where one listens
  const least = form.use === 'listen' && range[2] === undefined ? 0 : 1;
  for (const port of [minPort, maxPort])
    if (port < least || port > MAX_UINT16) fail(`port ${port} is not from ${least} to ${MAX_UINT16}`);
  if (minPort > maxPort) fail(`the range ${ports} runs backwards`);
  return { host, minPort, maxPort };
}

/** RFC 4291 text form, with an optional zone (`%eth0`). */
export function isIPv6(text: string): boolean {
  const [address, zone] = text.split('%', 2);
  if (zone === '') return false;
  const v4 = /^(.*:)(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(address);
  if (v4?.slice(2).some((octet) => Number(octet) > 255)) return false;
  // a dotted quad at the end stands for two groups
  const groups = v4 ? `${v4[1]}0:0` : address;
  const halves = groups.split('::');
  if (halves.length > 2) return false;
  const count = (half: string): number => {
    if (half === '') return 0;
    const list = half.split(':');
    return list.every((group) => /^[0-9a-f]{1,4}$/i.test(group)) ? list.length : Infinity;
  };
  const total = halves.reduce((sum, half) => sum + count(half), 0);
  return halves.length === 2 ? total <= 7 : total === 8;
}

/** The notation `parseAddress` reads. */
export function formatAddress(address: Address): string {
  if ('path' in address) return address.path;
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return `${host}:${address.minPort}${address.maxPort === address.minPort ? '' : `-${address.maxPort}`}`;
}

/** Whether listening there lets in other machines on every interface. */
export const isEveryInterface = (address: Address): boolean =>
  'host' in address && ['', '0.0.0.0', '::', '*'].includes(address.host);
