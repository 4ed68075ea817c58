import { jsonOf } from './extra.ts';
import type { Problem } from './options-problem.ts';
import { type ClientOptions, type OptionKey, type OptionValue, specOf } from './options.ts';
import { checkValue, valueOfWord } from './options-value.ts';
import type { MissingKey } from './profile.ts';

/** What a spare server may have of its own. All else is as for the first: it is this end's, and not the server's. */
export const SERVER_OWN = [
  ...(['remoteaddr', 'key', 'crypt', 'datashard', 'parityshard', 'nocomp', 'smuxver'] as const),
  ...(['qpp', 'qpp-count', 'mtu'] as const),
] as const satisfies readonly OptionKey[];
export type ServerOwn = (typeof SERVER_OWN)[number];

/** Where a spare server is, and what differs from the first. */
export type SpareOptions = Partial<Pick<ClientOptions, ServerOwn>> & Pick<ClientOptions, 'remoteaddr'>;

/** A saved spare server. */
export interface SpareServer {
  /** unique within its profile */
  id: string;
  options: SpareOptions;
  /** absent where the key is in `options`, or is the first server's */
  missingKey?: MissingKey;
}

/** `dead`: the one before does not answer; `back`: an earlier one answers again; `faster`: it has been, for a while. */
export type MoveCause = 'dead' | 'back' | 'faster';

/** Which of several servers is in use. */
export interface UsedServer {
  /** 0 is the first */
  index: number;
  remote: string;
  /** why it took the place of the one before, and that one; null at the beginning */
  moved: { from: string; why: MoveCause } | null;
}

/** So many beside the first. */
export const MOST_SPARES = 15;

/** A client's options for each of its servers, the first one's first. */
export const optionsOfServers = (
  options: ClientOptions,
  spares: readonly SpareOptions[] = [],
): ClientOptions[] => [options, ...spares.map((spare) => ({ ...options, ...spare }))];

const isOwn = (key: string): key is ServerOwn => (SERVER_OWN as readonly string[]).includes(key);

/**
 * Reads the servers of a JSON file: an address, an object with `remoteaddr` and what differs, or a list of these. As
 * everywhere, keys match whatever their case, and null is nothing.
 * @param counted servers that came before: a problem names the server by its number
 */
export function parseServers(
  input: unknown,
  counted = 0,
): { servers: Partial<SpareOptions>[]; problems: Problem[] } {
  const problems: Problem[] = [];
  const wrong = (value: unknown, text: string, server?: number): void => {
    const shown = typeof value === 'string' ? jsonOf(value).slice(0, 80) : '';
    problems.push({
      ...({ code: 'server-list', severity: 'error', key: 'remoteaddr', text } as const),
      value: shown,
      ...(server !== undefined && { server }),
    });
  };
  const entries: unknown[] = Array.isArray(input) ? input : [input];
  if (entries.length + counted === 0 || entries.length + counted > MOST_SPARES + 1) {
    wrong(null, `1 to ${MOST_SPARES + 1} servers`);
    return { servers: [], problems };
  }
  const servers = entries.map((entry, i): Partial<SpareOptions> => {
    const server = counted + i + 1;
    const given = typeof entry === 'string' ? { remoteaddr: entry } : entry;
    const options: Record<string, OptionValue> = {};
    if (typeof given !== 'object' || given === null || Array.isArray(given)) {
      wrong(entry, 'an address, or an object with remoteaddr and what differs from the first server', server);
      return {};
    }
    for (const [name, raw] of Object.entries(given)) {
      const key = name.toLowerCase();
      const value = isOwn(key) ? valueOfWord(specOf(key), raw) : raw;
      if (value == null) continue;
      if (!isOwn(key))
        wrong(name, `an option that each server has of its own: ${SERVER_OWN.join(', ')}`, server);
      else {
        const problem = checkValue(specOf(key), value);
        if (problem) problems.push({ ...problem, server });
        else options[key] = value as OptionValue;
      }
    }
    if (!('remoteaddr' in options) && !problems.some((problem) => problem.server === server))
      wrong(null, 'its remoteaddr', server);
    return options as Partial<SpareOptions>;
  });
  return { servers, problems };
}
