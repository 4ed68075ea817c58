import { readFileSync } from 'node:fs';
import { parseOptions, type ParsedOptions } from '../../../shared/options-parse.ts';
import { problemLine } from '../../../shared/options-problem.ts';
import { type Side, specOf } from '../../../shared/options.ts';
import { type RunArguments, UsageError } from './arguments.ts';

/**
 * The effective options: defaults, then KCPTUN_KEY, then the command line, then the JSON file, as in kcptun.
 * @throws {UsageError} for the first option that is wrong, and where the file cannot be read
 */
export function resolveOptions<S extends Side>(
  side: S,
  { values, spares, config }: RunArguments,
  env: NodeJS.ProcessEnv,
): ParsedOptions<S> {
  const file = config === undefined ? {} : readConfig(config);
  const input: Record<string, unknown> = env.KCPTUN_KEY ? { key: env.KCPTUN_KEY, ...values } : { ...values };
  // JSON keys match whatever their case; null leaves what the command line says
  if (spares) input.remoteaddr = [values.remoteaddr, ...spares];
  for (const [key, value] of Object.entries(file)) if (value !== null) input[key.toLowerCase()] = value;
  const parsed = parseOptions(side, input);
  const error = parsed.problems.find(({ severity }) => severity === 'error');
  if (error) {
    const fromFile = Object.keys(file).some((key) => key.toLowerCase() === error.key);
    throw new UsageError(
      problemLine(error, fromFile ? `${error.key} in ${config}` : `--${specOf(error.key).flags[0]}`),
    );
  }
  return parsed;
}

function readConfig(path: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    // the parser's own message quotes the text around the mistake, which may be the key
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(`-c ${path}: expected a JSON file${code ? `, reading it failed with ${code}` : ''}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new UsageError(`-c ${path}: expected a JSON object of options`);
  return value as Record<string, unknown>;
}
