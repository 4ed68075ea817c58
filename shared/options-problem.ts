import type { OptionKey } from './options.ts';

export type ProblemCode =
  /** the JSON type is not the option's */
  | 'type'
  | 'range'
  | 'choice'
  | 'address'
  /** no payload fits into the mtu beside the headers */
  | 'mtu-too-small'
  /** datashard + parityshard > 256 */
  | 'too-many-shards'
  | 'streambuf-over-smuxbuf'
  | 'raw-sockets'
  /** warnings from here on */
  | 'default-key'
  | 'no-secrecy'
  | 'fec-off'
  | 'manual-ignored'
  | 'scavenge-race'
  | 'qpp-weak'
  | 'every-interface'
  | 'pprof-ignored';

/** What is wrong, or questionable, with one option. */
export interface Problem {
  severity: 'error' | 'warning';
  key: OptionKey;
  code: ProblemCode;
  /** as JSON, or empty for a secret */
  value: string;
  /** plain English, to be read after 'expected' for an error; a sentence for a warning */
  text: string;
}

/** One line that names the option, the value and what is allowed; `name` replaces the JSON key (`--mtu`). */
export function problemLine({ severity, key, value, text }: Problem, name: string = key): string {
  const subject = value === '' ? name : `${name} ${value}`;
  return `${subject}: ${severity === 'error' ? 'expected ' : ''}${text}`;
}
