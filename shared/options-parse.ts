import type { Problem } from './options-problem.ts';
import { checkOptions } from './options-rules.ts';
import { checkValue, valueOfWord } from './options-value.ts';
import {
  type ClientOptions,
  defaultOptions,
  type OptionsOf,
  optionsOf,
  type OptionValue,
  type ServerOptions,
  type Side,
} from './options.ts';
import { optionsOfServers, parseServers, type SpareOptions } from './servers.ts';

export interface ParsedOptions<S extends Side> {
  /** complete: what was absent or wrong is at its default */
  options: OptionsOf<S>;
  /** only what the input gave, and gave rightly */
  given: Partial<OptionsOf<S>>;
  /** a client's servers behind the first, in their order */
  spares: SpareOptions[];
  problems: Problem[];
  /** keys that this side of kcptun does not have, as they came */
  unknown: Record<string, unknown>;
}

/**
 * Reads what JSON.parse gave for a config file, or a form's values. As Go's decoder does, keys match whatever their
 * case, a later key of the same name wins, null leaves the default, and text is not taken for a number. A client's
 * `remoteaddr` may be a list of servers, and `spares` holds those behind the first.
 */
export function parseOptions<S extends Side>(
  side: S,
  input: Readonly<Record<string, unknown>>,
): ParsedOptions<S> {
  const specs = new Map(optionsOf(side).map((spec) => [spec.key, spec]));
  const unknown: Record<string, unknown> = {};
  const given: Record<string, OptionValue> = {};
  const wrong = new Map<string, Problem>();
  let list: unknown = null;
  let behind: unknown = null;
  for (const [name, raw] of Object.entries(input)) {
    const key = name.toLowerCase();
    if (side === 'client' && key === 'spares') {
      behind = raw;
      continue;
    }
    const spec = specs.get(key);
    if (!spec) {
      Object.defineProperty(unknown, name, {
        value: raw,
        enumerable: true,
        configurable: true,
        writable: true,
      });
      continue;
    }
    const value = side === 'client' ? valueOfWord(spec, raw) : raw;
    if (value == null) continue;
    if (key === 'remoteaddr') list = Array.isArray(value) ? value : null;
    const problem = list !== null && key === 'remoteaddr' ? null : checkValue(spec, value);
    wrong.delete(spec.key);
    if (problem) wrong.set(spec.key, problem);
    else given[spec.key] = value as OptionValue;
  }
  for (const key of wrong.keys()) delete given[key];
  const problems = [...wrong.values()];
  const spares: SpareOptions[] = [];
  const take = (servers: readonly Partial<SpareOptions>[]): void => {
    for (const { remoteaddr, ...rest } of servers)
      if (remoteaddr !== undefined) spares.push({ remoteaddr, ...rest });
  };
  if (list !== null) {
    delete given.remoteaddr;
    const parsed = parseServers(list);
    Object.assign(given, parsed.servers[0]);
    problems.push(...parsed.problems);
    take(parsed.servers.slice(1));
  }
  if (behind != null) {
    const parsed = parseServers(behind, spares.length + 1);
    problems.push(...parsed.problems);
    take(parsed.servers);
  }
  const options: OptionsOf<S> = { ...defaultOptions(side), ...given };
  problems.push(...checkOptions(side, options as ClientOptions | ServerOptions));
  if (spares.length > 0) problems.push(...checkSpares(options as ClientOptions, spares));
  return { options, given: given as Partial<OptionsOf<S>>, spares, problems, unknown };
}

/** What the rules between options say of each spare server, and not of the first already. */
export function checkSpares(options: ClientOptions, spares: readonly SpareOptions[]): Problem[] {
  const [first, ...others] = optionsOfServers(options, spares).map((each) => checkOptions('client', each));
  return others.flatMap((found, i) =>
    found
      .filter(({ code, key }) => !first.some((one) => one.code === code && one.key === key))
      .map((problem) => ({ ...problem, server: i + 2 })),
  );
}
