import { AddressError, addressExample, parseAddress } from './address.ts';
import { jsonOf } from './extra.ts';
import type { Problem, ProblemFields } from './options-problem.ts';
import type { OptionKey, OptionSpec, OptionValue } from './options.ts';
import type { Variant } from './variant.ts';
import { MAX_INT32 } from './wire.ts';

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
      return [
        spec.max === MAX_INT32
          ? `an integer of at least ${spec.min}`
          : `an integer from ${spec.min} to ${spec.max}`,
        ...Object.keys(spec.words ?? {}),
      ].join(', or ');
    case 'choice':
      return `one of ${spec.choices.join(', ')}`;
    case 'address':
      return addressExample(spec.address);
    default:
      return 'text';
  }
}

const isNamed = (spec: OptionSpec, value: unknown): boolean =>
  spec.kind === 'integer' && Object.values(spec.words ?? {}).some((named) => named === value);

/** The number that a word of a JSON file stands for; everything else as it is. */
export const valueOfWord = (spec: OptionSpec, value: unknown): unknown =>
  spec.kind === 'integer' && typeof value === 'string' ? (spec.words?.[value] ?? value) : value;

/** A value as it is typed. */
export function textOfValue(spec: OptionSpec, value: OptionValue): string {
  const words = spec.kind === 'integer' ? (spec.words ?? {}) : {};
  return Object.keys(words).find((word) => words[word] === value) ?? String(value);
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
      return isNamed(spec, value) ||
        (Number.isInteger(value) && Number(value) >= spec.min && Number(value) <= spec.max)
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
 * The value that text of the command line (or of a form, or of a link) stands for; text that stands for none is
 * given back as it is, for `parseOptions` to refuse. Booleans are what Go's strconv.ParseBool takes.
 */
export function valueOfText(spec: OptionSpec, text: string): OptionValue {
  if (spec.kind === 'boolean') {
    if (/^(1|t|T|TRUE|true|True)$/.test(text)) return true;
    if (/^(0|f|F|FALSE|false|False)$/.test(text)) return false;
  }
  if (spec.kind === 'integer' && spec.words && Object.hasOwn(spec.words, text)) return spec.words[text];
  if (spec.kind === 'integer' && /^[+-]?\d{1,15}$/.test(text)) return Number(text);
  return text;
}
