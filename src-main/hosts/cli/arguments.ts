import { expected, valueOfText } from '../../../shared/options-value.ts';
import { type OptionSpec, optionsOf, type OptionValue, type Side } from '../../../shared/options.ts';

/** What the user asked for cannot be done; the message is the one line for stderr. Leaves with status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What is to be run: values by JSON key, not checked yet, and the file given with -c. */
export interface RunArguments {
  values: Record<string, OptionValue>;
  /** further servers, where `remoteaddr` was given several times */
  spares?: readonly string[];
  config?: string;
}

/** `debug`: log what a maintainer wants to know, too; `lineLog`: the file for what is known of the line. */
export type Arguments =
  { ask: 'help' } | { ask: 'version' } | ({ ask: 'run'; debug: boolean; lineLog?: string } & RunArguments);

/**
 * Reads the arguments of `kcptun client` or `kcptun server` as Go's flag package does: one dash or two, `--flag=value`
 * or `--flag value`, a boolean's value only behind `=`, the last of several winning; but each remoteaddr is a server.
 * @throws {UsageError} for an unknown option, a missing value, or a boolean that is none
 */
export function parseArguments(side: Side, argv: readonly string[]): Arguments {
  const specs = new Map<string, OptionSpec>(
    optionsOf(side).flatMap((spec) => spec.flags.map((flag) => [flag, spec])),
  );
  const values: Record<string, OptionValue> = {};
  const spares: string[] = [];
  let config: string | undefined;
  let lineLog: string | undefined;
  let debug = false;
  for (let i = 0; i < argv.length; i++) {
    const parts = /^--?([^-=][^=]*)(?:=([^]*))?$/.exec(argv[i]);
    // an argument that stands alone may be half of an unquoted key: it is not repeated
    if (!parts)
      throw new UsageError(
        `argument ${i + 1} is no option: expected --name value or --name=value, values with spaces in quotes`,
      );
    const [, flag, attached] = parts;
    const typed = argv[i].split('=')[0];
    if (flag === 'help' || flag === 'h') return { ask: 'help' };
    if (flag === 'version' || flag === 'v') return { ask: 'version' };
    if (flag === 'debug' && attached === undefined) {
      debug = true;
      continue;
    }
    const spec = specs.get(flag);
    if (!spec && flag !== 'c' && flag !== 'linelog')
      throw new UsageError(`${typed}: no such option: expected one that 'kcptun ${side} --help' lists`);
    if (spec?.kind === 'boolean') {
      const value = attached === undefined ? true : valueOfText(spec, attached);
      if (typeof value !== 'boolean')
        throw new UsageError(`${typed} ${JSON.stringify(attached)}: expected ${expected(spec)}`);
      values[spec.key] = value;
      continue;
    }
    const text = attached ?? argv[++i];
    if (text === undefined)
      throw new UsageError(
        `${typed}: a value is missing: expected ${spec ? expected(spec) : flag === 'c' ? 'the path of a JSON file' : 'the path of a CSV file'}`,
      );
    if (spec?.key === 'remoteaddr' && 'remoteaddr' in values) spares.push(text);
    else if (spec) values[spec.key] = valueOfText(spec, text);
    else if (flag === 'c') config = text;
    else lineLog = text;
  }
  return { ask: 'run', values, ...(spares.length > 0 && { spares }), config, debug, lineLog };
}
