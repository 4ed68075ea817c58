import { CRYPTS } from './crypts.ts';
import {
  KEEPALIVE_TIMEOUT,
  LEAST_INTERVAL,
  MAX_INT32,
  MAX_UINT16,
  MOST_DSCP,
  MOST_INTERVAL,
  RTO_MIN_NODELAY,
} from './wire.ts';

/** kcptun's default key, spelled as kcptun spells it. */
export const DEFAULT_KEY = "it's a secrect";

/** `manual` takes the options nodelay, interval, resend and nc; the others set them (see `effectiveKcp`). */
export const MODES = ['fast3', 'fast2', 'fast', 'normal', 'manual'] as const;
export type Mode = (typeof MODES)[number];

/** auto: by a model of the line; off: kcptun's own timing. */
export const PACES = ['auto', 'off'] as const;
export const PARITIES = ['auto', 'full'] as const;
/** Of several servers: the first that works, in their order, or the one that answers soonest. */
export const PREFERENCES = ['first', 'fastest'] as const;

/** Of `smuxver`: the version is learned from the server. */
export const SMUX_AUTO = 0;

export type Side = 'client' | 'server';

/** The first kcptun release known to have an option; `newest` is 2025-12 and later, `ours` has no kcptun. */
export type Release = '20170120' | '20210922' | 'newest' | 'ours';

/** What an address option may hold, beside one `host:port`. */
export interface AddressForm {
  /** where to listen (port 0 means any free one), or where to connect to */
  use: 'listen' | 'dial';
  /** host:min-max, both ends included */
  portRange?: true;
  /** the path of a unix socket */
  unix?: true;
}

interface Common<Value> {
  /** the key of the JSON file, of `ClientOptions`/`ServerOptions`, and of the window's translations */
  key: string;
  /** names on the command line without dashes; the long one comes first */
  flags: readonly string[];
  /** by side; an option without a default for a side does not exist there */
  default: { readonly client?: Value; readonly server?: Value };
  since: Release;
  /** the two ends must agree: always, or only where one of them is of 2017 */
  mustMatch?: 'always' | '20170120';
  /** belongs under 'Advanced' in a form */
  advanced?: true;
  help: string;
}

export type OptionSpec =
  | (Common<boolean> & { kind: 'boolean' })
  | (Common<number> & {
      kind: 'integer';
      min: number;
      max: number;
      /** what has a name beside the range, at a client alone */
      words?: Readonly<Record<string, number>>;
      unit?: 'seconds' | 'milliseconds' | 'bytes' | 'bytes/s' | 'packets';
    })
  | (Common<string> & { kind: 'choice'; choices: readonly string[] })
  | (Common<string> & { kind: 'address'; address: AddressForm })
  | (Common<string> & { kind: 'text' })
  /** text that no log and no error message may hold */
  | (Common<string> & { kind: 'secret' });

const both = <V>(value: V): { client: V; server: V } => ({ client: value, server: value });

/**
 * Every option of kcptun's client and server, in the order of its help. The command line, the JSON file, validation,
 * the form and `--help` are all read from here. Defaults are the newest release's; ranges are what kcp-go, smux and
 * the wire format hold.
 */
export const OPTIONS = [
  {
    key: 'localaddr',
    flags: ['localaddr', 'l'],
    kind: 'address',
    address: { use: 'listen', unix: true },
    default: { client: ':12948' },
    since: '20170120',
    help: 'TCP address to listen on, or the path of a unix socket',
  },
  {
    key: 'remoteaddr',
    flags: ['remoteaddr', 'r'],
    kind: 'address',
    address: { use: 'dial', portRange: true },
    default: { client: 'vps:29900' },
    since: '20170120',
    help: 'address of the kcptun server; host:min-max picks a random port for each new session; given several times, the others are spare servers',
  },
  {
    key: 'prefer',
    flags: ['prefer'],
    kind: 'choice',
    choices: PREFERENCES,
    default: { client: 'first' },
    since: 'ours',
    help: 'of several servers: first goes by their order, fastest by their latency',
  },
  {
    key: 'listen',
    flags: ['listen', 'l'],
    kind: 'address',
    address: { use: 'listen', portRange: true },
    default: { server: ':29900' },
    since: '20170120',
    help: 'UDP address to listen on; host:min-max listens on each port of the range',
  },
  {
    key: 'target',
    flags: ['target', 't'],
    kind: 'address',
    address: { use: 'dial', unix: true },
    default: { server: '127.0.0.1:12948' },
    since: '20170120',
    help: 'where each stream is connected to: a TCP address, or the path of a unix socket',
  },
  {
    key: 'key',
    flags: ['key'],
    kind: 'secret',
    default: both(DEFAULT_KEY),
    since: '20170120',
    mustMatch: 'always',
    help: 'the secret that client and server share',
  },
  {
    key: 'crypt',
    flags: ['crypt'],
    kind: 'choice',
    choices: CRYPTS,
    default: both('aes'),
    since: '20170120',
    mustMatch: 'always',
    help: 'the cipher; none, null and xor protect nothing',
  },
  {
    key: 'mode',
    flags: ['mode'],
    kind: 'choice',
    choices: MODES,
    default: both('fast'),
    since: '20170120',
    help: 'how eagerly to send again; fast3 is the quickest and costs the most, manual takes nodelay, interval, resend, nc',
  },
  {
    key: 'qpp',
    flags: ['QPP'],
    kind: 'boolean',
    default: both(false),
    since: 'newest',
    mustMatch: 'always',
    advanced: true,
    help: 'quantum permutation pads over each stream, inside the cipher',
  },
  {
    key: 'qpp-count',
    flags: ['QPPCount'],
    kind: 'integer',
    min: 1,
    max: MAX_UINT16,
    default: both(61),
    since: 'newest',
    mustMatch: 'always',
    advanced: true,
    help: 'number of permutation pads; a prime is best',
  },
  {
    key: 'conn',
    flags: ['conn'],
    kind: 'integer',
    min: 1,
    max: MAX_UINT16,
    default: { client: 1 },
    since: '20170120',
    help: 'number of UDP sessions that the connections are spread over',
  },
  {
    key: 'autoexpire',
    flags: ['autoexpire'],
    kind: 'integer',
    min: 0,
    max: MAX_INT32,
    unit: 'seconds',
    default: { client: 0 },
    since: '20170120',
    help: 'age at which a session takes no new streams and is replaced; 0 is never',
  },
  {
    key: 'scavengettl',
    flags: ['scavengettl'],
    kind: 'integer',
    min: -1,
    max: MAX_INT32,
    unit: 'seconds',
    default: { client: 600 },
    since: '20210922',
    advanced: true,
    help: 'how long an expired session may live on for the streams it has; -1 is as long as they last',
  },
  {
    key: 'mtu',
    flags: ['mtu'],
    kind: 'integer',
    min: 50,
    max: 1500,
    unit: 'bytes',
    default: both(1350),
    since: '20170120',
    help: 'largest UDP payload',
  },
  {
    key: 'ratelimit',
    flags: ['ratelimit'],
    kind: 'integer',
    min: 0,
    max: 0xffffffff,
    unit: 'bytes/s',
    default: both(0),
    since: 'newest',
    advanced: true,
    help: 'most that one session sends; 0 is no limit',
  },
  {
    key: 'sndwnd',
    flags: ['sndwnd'],
    kind: 'integer',
    min: 1,
    max: MAX_UINT16,
    unit: 'packets',
    default: { client: 128, server: 1024 },
    since: '20170120',
    help: 'send window',
  },
  {
    key: 'rcvwnd',
    flags: ['rcvwnd'],
    kind: 'integer',
    min: 1,
    max: MAX_UINT16,
    unit: 'packets',
    default: { client: 512, server: 1024 },
    since: '20170120',
    help: 'receive window',
  },
  {
    key: 'datashard',
    flags: ['datashard', 'ds'],
    kind: 'integer',
    min: 0,
    max: 255,
    unit: 'packets',
    default: both(10),
    since: '20170120',
    mustMatch: '20170120',
    help: 'data packets of a forward error correction group; 0 switches the correction off',
  },
  {
    key: 'parityshard',
    flags: ['parityshard', 'ps'],
    kind: 'integer',
    min: 0,
    max: 255,
    unit: 'packets',
    default: both(3),
    since: '20170120',
    mustMatch: '20170120',
    help: 'parity packets that follow them: as many lost packets of a group can be rebuilt; 0 switches it off',
  },
  {
    key: 'pace',
    flags: ['pace'],
    kind: 'choice',
    choices: PACES,
    default: both('auto'),
    since: 'ours',
    help: "auto sends as fast as the line carries and no faster, whatever the windows; off is kcptun's own timing",
  },
  {
    key: 'parity',
    flags: ['parity'],
    kind: 'choice',
    choices: PARITIES,
    default: both('auto'),
    since: 'ours',
    advanced: true,
    help: 'auto sends as many of the parity packets as the loss calls for, full sends all; with pace off it is always full',
  },
  {
    key: 'dscp',
    flags: ['dscp'],
    kind: 'integer',
    min: 0,
    max: MOST_DSCP,
    default: both(0),
    since: '20170120',
    advanced: true,
    help: 'differentiated services code point of the UDP packets, 6 bits',
  },
  {
    key: 'nocomp',
    flags: ['nocomp'],
    kind: 'boolean',
    default: both(false),
    since: '20170120',
    mustMatch: 'always',
    help: 'do not compress',
  },
  {
    key: 'acknodelay',
    flags: ['acknodelay'],
    kind: 'boolean',
    default: both(false),
    since: '20170120',
    advanced: true,
    help: 'acknowledge every packet at once',
  },
  {
    key: 'nodelay',
    flags: ['nodelay'],
    kind: 'integer',
    min: 0,
    max: 1,
    default: both(0),
    since: '20170120',
    advanced: true,
    help: `manual mode: 1 lowers the least timeout to ${RTO_MIN_NODELAY} ms and lets it grow by half only`,
  },
  {
    key: 'interval',
    flags: ['interval'],
    kind: 'integer',
    min: 0,
    max: MAX_INT32,
    unit: 'milliseconds',
    default: both(50),
    since: '20170120',
    advanced: true,
    help: `manual mode: time between two looks at what is to be sent; taken as ${LEAST_INTERVAL} to ${MOST_INTERVAL}`,
  },
  {
    key: 'resend',
    flags: ['resend'],
    kind: 'integer',
    min: 0,
    max: MAX_INT32,
    default: both(0),
    since: '20170120',
    advanced: true,
    help: 'manual mode: send again after so many later packets were acknowledged; 0 is off',
  },
  {
    key: 'nc',
    flags: ['nc'],
    kind: 'integer',
    min: 0,
    max: 1,
    default: both(0),
    since: '20170120',
    advanced: true,
    help: 'manual mode: 1 switches the congestion window off',
  },
  {
    key: 'sockbuf',
    flags: ['sockbuf'],
    kind: 'integer',
    min: 1,
    max: MAX_INT32,
    unit: 'bytes',
    default: both(4194304),
    since: '20170120',
    advanced: true,
    help: 'receive and send buffer of each UDP socket',
  },
  {
    key: 'smuxver',
    flags: ['smuxver'],
    kind: 'integer',
    min: 1,
    max: 2,
    words: { auto: SMUX_AUTO },
    default: both(2),
    since: '20210922',
    mustMatch: 'always',
    help: 'smux version, 1 or 2, or at a client auto: what the server is found to speak; up to 20210922 kcptun knew or assumed 1',
  },
  {
    key: 'smuxbuf',
    flags: ['smuxbuf'],
    kind: 'integer',
    min: 1,
    max: MAX_INT32,
    unit: 'bytes',
    default: both(4194304),
    since: '20210922',
    advanced: true,
    help: 'unread bytes of all streams of a session, before it stops reading',
  },
  {
    key: 'framesize',
    flags: ['framesize'],
    kind: 'integer',
    min: 1,
    max: MAX_UINT16,
    unit: 'bytes',
    default: both(8192),
    since: 'newest',
    advanced: true,
    help: 'largest smux frame',
  },
  {
    key: 'streambuf',
    flags: ['streambuf'],
    kind: 'integer',
    min: 1,
    max: MAX_INT32,
    unit: 'bytes',
    default: both(2097152),
    since: '20210922',
    advanced: true,
    help: 'unread bytes of one stream, smux 2; not more than smuxbuf',
  },
  {
    key: 'keepalive',
    flags: ['keepalive'],
    kind: 'integer',
    min: 1,
    max: KEEPALIVE_TIMEOUT,
    unit: 'seconds',
    default: both(10),
    since: '20170120',
    advanced: true,
    help: `time between heartbeats; a session that hears nothing for ${KEEPALIVE_TIMEOUT} seconds is closed`,
  },
  {
    key: 'closewait',
    flags: ['closewait'],
    kind: 'integer',
    min: 0,
    max: MAX_INT32,
    unit: 'seconds',
    default: { client: 0, server: 30 },
    since: 'newest',
    advanced: true,
    help: 'time between the end of one side of a connection and the closing of both',
  },
  {
    key: 'snmplog',
    flags: ['snmplog'],
    kind: 'text',
    default: both(''),
    since: '20170120',
    advanced: true,
    help: 'CSV file for the counters; its name may be a Go time layout, such as snmp-20060102.log',
  },
  {
    key: 'snmpperiod',
    flags: ['snmpperiod'],
    kind: 'integer',
    min: 0,
    max: MAX_INT32,
    unit: 'seconds',
    default: both(60),
    since: '20170120',
    advanced: true,
    help: 'time between two lines of snmplog; 0 writes none',
  },
  {
    key: 'log',
    flags: ['log'],
    kind: 'text',
    default: both(''),
    since: '20170120',
    advanced: true,
    help: 'file to append the log to, instead of stderr',
  },
  {
    key: 'quiet',
    flags: ['quiet'],
    kind: 'boolean',
    default: both(false),
    since: '20210922',
    advanced: true,
    help: "no 'stream opened' and 'stream closed' lines",
  },
  {
    key: 'tcp',
    flags: ['tcp'],
    kind: 'boolean',
    default: both(false),
    since: '20210922',
    advanced: true,
    help: 'packets that look like TCP; needs raw sockets, which Node does not have: refused',
  },
  {
    key: 'pprof',
    flags: ['pprof'],
    kind: 'boolean',
    default: both(false),
    since: '20210922',
    advanced: true,
    help: "Go's profiler; accepted and ignored",
  },
] as const satisfies readonly OptionSpec[];
