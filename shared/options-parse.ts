import { AddressError, addressExample, parseAddress } from './address.ts';
import { jsonOf } from './extra.ts';
import type { Problem, ProblemFields } from './options-problem.ts';
import { checkOptions } from './options-rules.ts';
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
} from './options.ts';
import { MAX_INT32 } from './wire.ts';
import type { Variant } from './variant.ts';

export interface ParsedOptions<S extends Side> {
  /** complete: what was absent or wrong is at its default */
  options: OptionsOf<S>;
  /** only what the input gave, and gave rightly */
  given: Partial<OptionsOf<S>>;
  problems: Problem[];
  /** keys that this side of kcptun does not have, as they came */
  unknown: Record<string, unknown>;
}

/** A value as it may be shown: as JSON, cut, and never a secret. */
function show(spec: OptionSpec, value: unknown): string {
  if (spec.kind === 'secret') return '';
  const text = jsonOf(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** What the option allows, to be read after 'expected'. */
export function expected(spec: OptionSpec): string {
  switch (spec.kind) {
    case 'boolean':
      return 'true or false';
    case 'integer':
      return spec.max === MAX_INT32
        ? `an integer of at least ${spec.min}`
        : `an integer from ${spec.min} to ${spec.max}`;
    case 'choice':
      return `one of ${spec.choices.join(', ')}`;
    case 'address':
      return addressExample(spec.address);
    default:
      return 'text';
  }
}

/** Checks one value of its own JSON type; null when it is right. Rules between options are `checkOptions`'. */
export function checkValue(spec: OptionSpec, value: unknown): Problem | null {
  const wrong = (problem: Variant<ProblemFields>, text = expected(spec)): Problem => ({
    ...problem,
    severity: 'error',
    key: spec.key as OptionKey,
    value: show(spec, value),
    text,
  });
  switch (spec.kind) {
    case 'boolean':
      return typeof value === 'boolean' ? null : wrong({ code: 'type' });
    case 'integer':
      return typeof value === 'number' && Number.isInteger(value) && value >= spec.min && value <= spec.max
        ? null
        : wrong({ code: 'integer', min: spec.min, max: spec.max === MAX_INT32 ? null : spec.max });
  }
  if (typeof value !== 'string') return wrong({ code: 'type' }, spec.kind === 'secret' ? 'text' : undefined);
  if (spec.kind === 'choice')
    return spec.choices.includes(value) ? null : wrong({ code: 'choice', choices: spec.choices });
  if (spec.kind !== 'address') return null;
  try {
    parseAddress(value, spec.address);
    return null;
  } catch (error) {
    if (error instanceof AddressError)
      return wrong({ code: 'address' }, `${addressExample(spec.address)}; ${error.why}`);
    throw error;
  }
}

/**
 * Reads what JSON.parse gave for a config file, or a form's values. As Go's decoder does, keys match whatever their
 * case, a later key of the same name wins, null leaves the default, and text is not taken for a number.
 */
export function parseOptions<S extends Side>(
  side: S,
  input: Readonly<Record<string, unknown>>,
): ParsedOptions<S> {
  const specs = new Map(optionsOf(side).map((spec) => [spec.key, spec]));
  const unknown: Record<string, unknown> = {};
  const given: Record<string, OptionValue> = {};
  const wrong = new Map<string, Problem>();
  for (const [name, value] of Object.entries(input)) {
    const spec = specs.get(name.toLowerCase());
    if (!spec) {
      Object.defineProperty(unknown, name, { value, enumerable: true, configurable: true, writable: true });
      continue;
    }
    if (value == null) continue;
    const problem = checkValue(spec, value);
    wrong.delete(spec.key);
    if (problem) wrong.set(spec.key, problem);
    else given[spec.key] = value as OptionValue;
  }
  for (const key of wrong.keys()) delete given[key];
  const options: OptionsOf<S> = { ...defaultOptions(side), ...given };
  return {
    options,
    given: given as Partial<OptionsOf<S>>,
    problems: [...wrong.values(), ...checkOptions(side, options as ClientOptions | ServerOptions)],
    unknown,
  };
}

/**
 * The value that text of the command line (or of a form, or of a link) stands for; text that stands for none is
 * given back as it is, for `parseOptions` to refuse. Booleans are what Go's strconv.ParseBool takes.
 */
export function valueOfText(spec: OptionSpec, text: string): OptionValue {
  if (spec.kind === 'boolean') {
    if (/^(1|t|T|TRUE|true|True)$/.test(text)) return true;
    if (/^(0|f|F|FALSE|false|False)$/.test(text)) return false;
  }
  if (spec.kind === 'integer' && /^[+-]?\d{1,15}$/.test(text)) return Number(text);
  return text;
}
