import {
  type AddressKey,
  addressOf,
  type OptionsOf,
  optionsOf,
  type Side,
  specOf,
} from '../../shared/options.ts';
import { checkValue, parseOptions } from '../../shared/options-parse.ts';
import type { Problem } from '../../shared/options-problem.ts';
import { OptionError } from './errors.ts';

/**
 * Every option of a side from those that are given, by the rules of the command line and of the JSON file; what is
 * absent, undefined or null is at its default.
 * @throws {OptionError} for a name that is no option of this side, or else for the first option that is wrong
 */
export function readOptions<S extends Side>(
  side: S,
  given: Readonly<Partial<OptionsOf<S>>>,
): { options: OptionsOf<S>; warnings: Problem[] } {
  const { options, problems, unknown } = parseOptions(side, given);
  for (const name of Object.keys(unknown)) {
    const names = optionsOf(side).map(({ key }) => key);
    throw new OptionError(name, '', `an option of a ${side}: ${names.join(', ')}`);
  }
  for (const { severity, key, value, text } of problems)
    if (severity === 'error') throw new OptionError(key, value, text);
  return { options, warnings: problems };
}

/** @throws {OptionError} */
export function readAddress<K extends AddressKey>(key: K, text: string): ReturnType<typeof addressOf<K>> {
  const problem = checkValue(specOf(key), text);
  if (problem) throw new OptionError(key, problem.value, problem.text);
  return addressOf(key, text);
}
