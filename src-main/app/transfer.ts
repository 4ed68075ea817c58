import type { ExportedFile, ImportResult } from '../../shared/api.ts';
import { importProfiles } from '../../shared/import/import.ts';
import { toLink } from '../../shared/import/link.ts';
import { toCommandLine, toJson } from '../../shared/options-convert.ts';
import type { Profile } from '../../shared/profile.ts';
import type { ProfileBook } from './profiles.ts';

/** What every second configuration file is called, and says nothing of whose it is. */
const GENERIC_NAME = /^(config|client|server|kcptun|local|remote)([-_. ]?(client|server|config))?$/i;

/** A JSON file holds no name: the file's own is the best there is, if it says anything. */
function nameOfFile(source: string): string | null {
  const name = /^(.+)\.json$/i.exec(source)?.[1].trim();
  return name && !GENERIC_NAME.test(name) ? name : null;
}

/** Saves every profile found in the texts; a server's is refused unless it shall be converted. */
export function importInto(
  book: ProfileBook,
  sources: readonly { name: string; text: string }[],
  convertServers: boolean,
): ImportResult {
  const result: ImportResult = { imported: [], refused: [] };
  for (const { name: source, text } of sources) {
    const { found, refused } = importProfiles(text);
    if (refused) {
      const message =
        refused === 'bad-json' ? 'this is no valid JSON' : 'no kcptun configuration was found in it';
      result.refused.push({ source, code: refused, message });
    }
    for (const one of found) {
      if (one.server && !convertServers) {
        result.refused.push({ source, code: 'server-config', message: "this is a server's configuration" });
        continue;
      }
      const fromFile = one.format === 'json' && found.length === 1 ? nameOfFile(source) : null;
      const name = (fromFile ?? one.name).trim().slice(0, 100) || 'kcptun';
      const profile = book.create({ name, options: one.options, extra: one.extra });
      result.imported.push({ profile, source, notes: one.notes });
    }
  }
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

function textOf({ name, options, extra }: Profile, format: keyof typeof EXTENSION): string {
  if (format === 'json') return toJson('client', options, extra);
  return `${format === 'command' ? toCommandLine('client', options) : toLink(name, options)}\n`;
}
