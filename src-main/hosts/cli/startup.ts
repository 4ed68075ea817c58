import type { SpareOptions } from '../../../shared/servers.ts';
import { textOfValue } from '../../../shared/options-value.ts';
import { type ClientOptions, effectiveKcp, type ServerOptions, specOf } from '../../../shared/options.ts';

/** The effective parameters as kcptun prints them when it starts; of the key only that it is there. */
export function startupLines(
  version: string,
  options: ClientOptions | ServerOptions,
  spares: readonly SpareOptions[] = [],
): string[] {
  const { nodelay, interval, resend, nc } = effectiveKcp(options);
  return [
    `version: ${version}`,
    `smux version: ${textOfValue(specOf('smuxver'), options.smuxver)}`,
    ...('target' in options ? [`target: ${options.target}`] : []),
    `encryption: ${options.crypt}`,
    'key: set',
    ...(options.qpp ? [`QPP: true QPPCount: ${options['qpp-count']}`] : []),
    `mode: ${options.mode}`,
    `nodelay parameters: ${nodelay} ${interval} ${resend} ${nc}`,
    ...('remoteaddr' in options ? [`remote address: ${options.remoteaddr}`] : []),
    ...spares.map(spareLine),
    `sndwnd: ${options.sndwnd} rcvwnd: ${options.rcvwnd}`,
    `compression: ${!options.nocomp}`,
    `mtu: ${options.mtu}`,
    `ratelimit: ${options.ratelimit}`,
    `datashard: ${options.datashard} parityshard: ${options.parityshard}`,
    `acknodelay: ${options.acknodelay}`,
    `dscp: ${options.dscp}`,
    `sockbuf: ${options.sockbuf}`,
    `smuxbuf: ${options.smuxbuf}`,
    `framesize: ${options.framesize}`,
    `streambuf: ${options.streambuf}`,
    `keepalive: ${options.keepalive}`,
    ...('conn' in options
      ? [`conn: ${options.conn}`, `autoexpire: ${options.autoexpire}`, `scavengettl: ${options.scavengettl}`]
      : []),
    `closewait: ${options.closewait}`,
    `snmplog: ${options.snmplog}`,
    `snmpperiod: ${options.snmpperiod}`,
    `quiet: ${options.quiet}`,
  ];
}

/** A spare server and what it has of its own; of a key only that there is one. */
const spareLine = ({ remoteaddr, ...own }: SpareOptions): string =>
  [
    `spare server: ${remoteaddr}`,
    ...Object.entries(own).map(([key, value]) => (key === 'key' ? 'key: set' : `${key}: ${value}`)),
  ].join(' ');

/** What was asked for and is not known here; of what is known and questionable the engine warns. */
export const unknownLines = (unknown: Readonly<Record<string, unknown>>): string[] =>
  Object.keys(unknown).length > 0
    ? [`WARNING: unknown keys of the JSON file ignored: ${Object.keys(unknown).join(', ')}`]
    : [];
