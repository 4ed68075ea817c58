import { randomUUID } from 'node:crypto';
import type { ExportedFile, ImportRefusal, ImportResult } from '../../shared/api.ts';
import { ApiError } from '../../shared/errors.ts';
import { importProfiles } from '../../shared/import/import.ts';
import { toLink } from '../../shared/import/link.ts';
import { toCommandLine, toJson } from '../../shared/options-convert.ts';
import { MOST_PROFILES, type Profile } from '../../shared/profile.ts';
import type { ProfileBook } from './profiles.ts';

/** What every second configuration file is called, and says nothing of whose it is. */
const GENERIC_NAME = /^(config|client|server|kcptun|local|remote)([-_. ]?(client|server|config))?$/i;

/** A JSON file holds no name: the file's own is the best there is, if it says anything. */
function nameOfFile(source: string): string | null {
  const name = /^(.+)\.json$/i.exec(source)?.[1].trim();
  return name && !GENERIC_NAME.test(name) ? name : null;
}

/**
 * Saves every profile found in the texts, as far as there is room, in one write; a server's is refused unless it shall
 * be converted, and one that cannot work takes no other with it.
 */
export function importInto(
  book: ProfileBook,
  sources: readonly { name: string; text: string }[],
  convertServers: boolean,
): ImportResult {
  const result: ImportResult = { imported: [], refused: [] };
  const made: Profile[] = [];
  const all = [...book.all];
  for (const { name: source, text } of sources) {
    const refuse = (code: ImportRefusal, message: string): void =>
      void result.refused.push({ source, code, message });
    const { found, refused, more } = importProfiles(text, book.room - made.length);
    if (refused)
      refuse(
        refused,
        refused === 'bad-json' ? 'this is no valid JSON' : 'no kcptun configuration was found in it',
      );
    for (const one of found) {
      if (one.server && !convertServers) continue;
      const fromFile = one.format === 'json' && found.length === 1 ? nameOfFile(source) : null;
      const name = (fromFile ?? one.name).trim().slice(0, 100).trim() || 'kcptun';
      try {
        const spares = one.spares.map((options) => ({ id: randomUUID(), options }));
        const profile = book.make({ name, options: one.options, spares, extra: one.extra }, all);
        made.push(profile);
        all.push(profile);
        result.imported.push({ profile, source, notes: one.notes });
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        refuse('bad-entry', `${name}: ${error.message}`);
      }
    }
    if (!convertServers && found.some(({ server }) => server))
      refuse('server-config', "this is a server's configuration");
    if (more) refuse('too-many', `expected at most ${MOST_PROFILES} tunnels: the rest of it was left out`);
  }
  if (made.length > 0) book.add(made);
  return result;
}

const EXTENSION = { json: 'json', command: 'sh', link: 'txt' } as const;

/** A file for each profile, under its name; two of one name do not overwrite each other. */
export function exported(profiles: readonly Profile[], format: keyof typeof EXTENSION): ExportedFile[] {
  const taken = new Set<string>();
  return profiles.map((profile) => {
    const base = profile.name.replaceAll(/[<>:"/\\|?*\p{Cc}]/gu, '_').replace(/^\.+|[. ]+$/g, '') || 'kcptun';
    let name = base;
    for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${base} (${n})`;
    taken.add(name.toLowerCase());
    return { name: `${name}.${EXTENSION[format]}`, text: textOf(profile, format) };
  });
}

function textOf({ name, options, extra, ...rest }: Profile, format: keyof typeof EXTENSION): string {
  const spares = (rest.spares ?? []).map((spare) => spare.options);
  if (format === 'json') return toJson('client', options, extra, spares);
  if (format === 'link') return `${toLink(name, options, spares)}\n`;
  const left = spares.map(({ remoteaddr }) => remoteaddr).join(', ');
  const note = left && `# kcptun takes one server. Left out, the spare ones: ${left}\n`;
  return `${note}${toCommandLine('client', options)}\n`;
}
