import {
  type AddressKey,
  addressOf,
  type OptionsOf,
  optionsOf,
  type Side,
  specOf,
} from '../../shared/options.ts';
import { parseOptions } from '../../shared/options-parse.ts';
import { checkValue } from '../../shared/options-value.ts';
import type { Problem } from '../../shared/options-problem.ts';
import type { SpareOptions } from '../../shared/servers.ts';
import { OptionError } from './errors.ts';

/**
 * Every option of a side from those that are given, by the rules of the command line and of the JSON file; what is
 * absent, undefined or null is at its default.
 * @param behind a client's spare servers
 * @throws {OptionError} for a name that is no option of this side, or else for the first option that is wrong
 */
export function readOptions<S extends Side>(
  side: S,
  given: Readonly<Partial<OptionsOf<S>>>,
  behind: readonly SpareOptions[] = [],
): { options: OptionsOf<S>; spares: SpareOptions[]; warnings: Problem[] } {
  const { options, spares, problems, unknown } = parseOptions(side, {
    ...given,
    ...(behind.length > 0 && { spares: behind }),
  });
  for (const name of Object.keys(unknown)) {
    const names = optionsOf(side).map(({ key }) => key);
    throw new OptionError(name, '', `an option of a ${side}: ${names.join(', ')}`);
  }
  for (const { severity, key, server, value, text } of problems)
    if (severity === 'error')
      throw new OptionError(server === undefined ? key : `${key} of server ${server}`, value, text);
  return { options, spares, warnings: problems };
}

/** @throws {OptionError} */
export function readAddress<K extends AddressKey>(key: K, text: string): ReturnType<typeof addressOf<K>> {
  const problem = checkValue(specOf(key), text);
  if (problem) throw new OptionError(key, problem.value, problem.text);
  return addressOf(key, text);
}
