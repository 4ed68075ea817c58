import type { OptionKey } from './options.ts';
import type { Variant } from './variant.ts';

/** What is wrong, or questionable, with an option, and the values of the sentence. */
export interface ProblemFields {
  /** the JSON type is not the option's */
  type: object;
  /** no whole number, or one out of range; `max` is null where only `min` is worth naming */
  integer: { min: number; max: number | null };
  choice: { choices: readonly string[] };
  address: object;
  /** no payload fits into the mtu beside the headers */
  'mtu-too-small': { least: number };
  /** datashard + parityshard > 256 */
  'too-many-shards': { shards: number };
  /** more sessions than the app keeps for one tunnel */
  'too-many-sessions': { most: number };
  /** conn times both windows is more than the app has memory for */
  'windows-too-large': { most: number };
  'streambuf-over-smuxbuf': { smuxbuf: number };
  'raw-sockets': object;
  // warnings from here on
  'default-key': object;
  'no-secrecy': object;
  'forgeable-crypt': object;
  'fec-off': object;
  'manual-ignored': object;
  'scavenge-race': object;
  'qpp-weak': object;
  'every-interface': object;
  'pprof-ignored': object;
}

export type ProblemCode = keyof ProblemFields;

/** What is wrong, or questionable, with one option. */
export type Problem = Variant<ProblemFields> & {
  severity: 'error' | 'warning';
  key: OptionKey;
  /** as JSON, or empty for a secret */
  value: string;
  /** plain English, to be read after 'expected' for an error; a sentence for a warning */
  text: string;
};

/** One line that names the option, the value and what is allowed; `name` replaces the JSON key (`--mtu`). */
export function problemLine({ severity, key, value, text }: Problem, name: string = key): string {
  const subject = value === '' ? name : `${name} ${value}`;
  return `${subject}: ${severity === 'error' ? 'expected ' : ''}${text}`;
}
