import type { OptionKey } from './options.ts';
import type { Variant } from './variant.ts';

/** What is wrong, or questionable, with an option, and the values of the sentence. */
export interface ProblemFields {
  /** the JSON type is not the option's */
  type: object;
  /** no whole number, or one out of range; `max` is null where only `min` is worth naming */
  integer: { min: number; max: number | null };
  /** none of the values that are allowed */
  choice: { choices: readonly string[] };
  /** no `host:port` that can be used here, nor a unix socket's path where one may be */
  address: object;
  /** no payload fits into the mtu beside the headers */
  'mtu-too-small': { least: number };
  /** datashard + parityshard > 256 */
  'too-many-shards': { shards: number };
  /** more sessions than the app keeps for one tunnel */
  'too-many-sessions': { most: number };
  /** conn times both windows is more than the app has memory for */
  'windows-too-large': { most: number };
  /** a stream's receive buffer is larger than its session's */
  'streambuf-over-smuxbuf': { smuxbuf: number };
  /** no list of servers, or one of them is none */
  'server-list': object;
  /** `tcp` asks for packets that look like TCP */
  'raw-sockets': object;
  // warnings from here on
  /** warning: the key is kcptun's default, which everybody knows */
  'default-key': object;
  /** warning: the crypt keeps nobody out */
  'no-secrecy': object;
  /** warning: the crypt hides what is carried and does not authenticate it */
  'forgeable-crypt': object;
  /** warning: one of datashard and parityshard is 0, so there is no FEC */
  'fec-off': object;
  /** warning: nodelay, interval, resend and nc count only in mode manual */
  'manual-ignored': object;
  /** warning: scavengettl is longer than autoexpire, or without end */
  'scavenge-race': object;
  /** warning: the key is too short for QPP, or its pads are too few or even in number */
  'qpp-weak': object;
  /** warning: localaddr listens on every interface */
  'every-interface': object;
  /** warning: Go's profiler means nothing here */
  'pprof-ignored': object;
}

export type ProblemCode = keyof ProblemFields;

/** What is wrong, or questionable, with one option. */
export type Problem = Variant<ProblemFields> & {
  severity: 'error' | 'warning';
  key: OptionKey;
  /** of several servers the how manieth, where it is not about the first */
  server?: number;
  /** as JSON, or empty for a secret */
  value: string;
  /** plain English, to be read after 'expected' for an error; a sentence for a warning */
  text: string;
};

/** One line that names the option, the value and what is allowed; `name` replaces the JSON key (`--mtu`). */
export function problemLine({ severity, key, server, value, text }: Problem, name: string = key): string {
  const named = server === undefined ? name : `${name} of server ${server}`;
  const subject = value === '' ? named : `${named} ${value}`;
  return `${subject}: ${severity === 'error' ? 'expected ' : ''}${text}`;
}
