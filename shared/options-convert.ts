import { formatAddress, type HostPorts, isEveryInterface, parseAddress } from './address.ts';
import type { SpareOptions } from './servers.ts';
import {
  type ClientOptions,
  defaultOptions,
  type OptionKey,
  type OptionsOf,
  type OptionSpec,
  optionsOf,
  type OptionValue,
  type ServerOptions,
  type Side,
  SMUX_AUTO,
  specOf,
} from './options.ts';

/** Stands for the key in what is made to be shown. */
export const KEY_PLACEHOLDER = 'THE-SHARED-KEY';
/** Stands for a server's name or address where only its own file is known; kcptun's own default. */
export const HOST_PLACEHOLDER = 'vps';

type Entry = [spec: OptionSpec, value: OptionValue];

/**
 * Whether the other end must be told, even where it is the default: defaults changed between releases, smuxver's from
 * 1 to 2. QPP is not known to older releases, which refuse it, and is told only where it is on.
 */
export const mustBeTold = (spec: OptionSpec, options: Readonly<Record<string, OptionValue>>): boolean =>
  spec.mustMatch !== undefined && (spec.since !== 'newest' || options.qpp === true);

/** A client's options for the other end or another program, which learn nothing: `smuxver auto` is the version learned. */
export const withSmuxVersion = <O extends Partial<ClientOptions>>(options: O, learned?: number): O =>
  options.smuxver === SMUX_AUTO
    ? { ...options, smuxver: learned ?? defaultOptions('client').smuxver }
    : options;

/**
 * The options worth writing down, in the order of the table: where the side listens and connects to, what the other
 * end must be told, and all that is not the default.
 */
function written<S extends Side>(side: S, given: Partial<OptionsOf<S>>): Entry[] {
  const defaults: Record<string, OptionValue> = defaultOptions(side);
  const options: Record<string, OptionValue> = { ...defaults, ...withSmuxVersion(given) };
  return optionsOf(side).flatMap((spec): Entry[] => {
    const value = options[spec.key];
    const always = spec.kind === 'address' || mustBeTold(spec, options);
    return always || value !== defaults[spec.key] ? [[spec, value]] : [];
  });
}

/**
 * The file for kcptun's `-c`, which takes one server, and passes over those that follow.
 * @param extra keys that kcptun-desktop does not know; those that are options are left out
 */
export function toJson<S extends Side>(
  side: S,
  options: Partial<OptionsOf<S>>,
  extra: Readonly<Record<string, unknown>> = {},
  spares: readonly SpareOptions[] = [],
): string {
  const entries = written(side, options).map(([spec, value]): [string, unknown] => [spec.key, value]);
  // Go matches keys whatever their case, so an extra 'MTU' would set mtu
  const known = new Set([...optionsOf(side).map(({ key }) => key), ...(spares.length > 0 ? ['spares'] : [])]);
  if (spares.length > 0) entries.push(['spares', spares]);
  const rest = Object.entries(extra).filter(([key]) => !known.has(key.toLowerCase()));
  return `${JSON.stringify(Object.fromEntries([...entries, ...rest]), null, 2)}\n`;
}

/** Quotes for a POSIX shell where it is needed; single quotes keep everything but themselves. */
export const quoteForShell = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

/**
 * One line for a POSIX shell; `program` may hold arguments of its own, as in `kcptun server`. What is ours alone is left
 * out for kcptun, which refuses a flag that it does not know (and passes over such a key in a file).
 */
export function toCommandLine<S extends Side>(
  side: S,
  options: Partial<OptionsOf<S>>,
  program = `kcptun-${side}`,
): string {
  const forKcptun = program === `kcptun-${side}`;
  const words = written(side, options).flatMap(([spec, value]) => {
    if (forKcptun && spec.since === 'ours') return [];
    if (spec.kind === 'boolean') return value ? [`--${spec.flags[0]}`] : [];
    // a value that looks like a flag must hang on its own
    const text = String(value);
    return text.startsWith('-')
      ? [quoteForShell(`--${spec.flags[0]}=${text}`)]
      : [`--${spec.flags[0]}`, quoteForShell(text)];
  });
  return [program, ...words].join(' ');
}

/** What one end is wise to have as the other has it, beside what must match. */
const SHARED_BY_HABIT: readonly OptionKey[] = [
  ...(['mode', 'nodelay', 'interval', 'resend', 'nc', 'acknodelay', 'mtu', 'dscp'] as const),
  ...(['smuxbuf', 'framesize', 'streambuf', 'keepalive'] as const),
];
const isShared = (key: string): boolean =>
  specOf(key as OptionKey).mustMatch !== undefined || SHARED_BY_HABIT.includes(key as OptionKey);

const shared = (options: Readonly<Record<string, OptionValue>>): Record<string, OptionValue> =>
  Object.fromEntries(Object.entries(options).filter(([key]) => isShared(key)));

/**
 * A server's options that fit a client's: the same key, cipher, smux and FEC, listening on the port or ports the
 * client dials, with windows as wide as the client's other one. The target is the default.
 * @throws {AddressError} where the client's remoteaddr is wrong
 */
export function toServerOptions(given: Partial<ClientOptions>): ServerOptions {
  const client = withSmuxVersion({ ...defaultOptions('client'), ...given });
  const server = defaultOptions('server');
  const remote = parseAddress(client.remoteaddr, { use: 'dial', portRange: true }) as HostPorts;
  return {
    ...server,
    ...shared(client),
    listen: formatAddress({ ...remote, host: '' }),
    sndwnd: Math.max(server.sndwnd, client.rcvwnd),
    rcvwnd: Math.max(server.rcvwnd, client.sndwnd),
  };
}

/**
 * A client's options from a server's (those it gives): its windows the other way round where they are set, and the
 * placeholder `vps` for its host where it listens on every interface.
 * @throws {AddressError} where the server's `listen` is wrong
 */
export function toClientOptions(server: Partial<ServerOptions>): Partial<ClientOptions> {
  const listen = parseAddress(server.listen ?? defaultOptions('server').listen, {
    use: 'listen',
    portRange: true,
  }) as HostPorts;
  const host = isEveryInterface(listen) ? HOST_PLACEHOLDER : listen.host;
  const client: Partial<ClientOptions> = {
    ...shared(server as Record<string, OptionValue>),
    remoteaddr: formatAddress({ ...listen, host }),
  };
  if (server.sndwnd !== undefined) client.rcvwnd = server.sndwnd;
  if (server.rcvwnd !== undefined) client.sndwnd = server.rcvwnd;
  return client;
}

/** The server's command line and `-c` file for a client's options; without `withKey` a placeholder for the key. */
export function serverCommand(
  client: Partial<ClientOptions>,
  withKey: boolean,
  program?: string,
): { command: string; json: string } {
  const server = toServerOptions(client);
  if (!withKey) server.key = KEY_PLACEHOLDER;
  return { command: toCommandLine('server', server, program), json: toJson('server', server) };
}
