import type { ImportedProfile, ImportResult } from '../../../shared/api.ts';
import type { ClientOptions } from '../../../shared/options.ts';
import type { Ping } from '../../../shared/probe.ts';
import { LONGEST_IMPORT, LONGEST_IMPORTS } from '../../../shared/limits.ts';
import type { Core } from '../../client/core.svelte.ts';

export interface Source {
  name: string;
  text: string;
}

/** Reads files as text; those too large to be a configuration, or too many for one import, are named instead. */
export async function readSources(files: Iterable<File>): Promise<{ sources: Source[]; tooLarge: string[] }> {
  const all = [...files];
  let room = LONGEST_IMPORTS;
  const small = all.filter(({ size }) => size <= Math.min(LONGEST_IMPORT, room) && (room -= size) >= 0);
  return {
    sources: await Promise.all(small.map(async (file) => ({ name: file.name, text: await file.text() }))),
    tooLarge: all.filter((file) => !small.includes(file)).map(({ name }) => name),
  };
}

/** An import as it goes on: what came in, what did not, and servers' files that wait for a word. */
export class Import {
  imported: ImportedProfile[] = $state.raw([]);
  refused: ImportResult['refused'] = $state.raw([]);
  tooLarge: string[] = $state.raw([]);
  /** how far the servers of the preview are, by what was asked */
  pings: Readonly<Record<string, Ping>> = $state.raw({});
  /** the core is reading */
  busy = $state(false);
  #sources: Source[] = [];

  constructor(readonly core: Core) {}

  /** What tells one server of a preview from another. */
  static server({ remoteaddr, key, crypt }: ClientOptions): string {
    return JSON.stringify([remoteaddr, key, crypt]);
  }

  /** Measures how far servers are before they are anybody's. */
  async ping(servers: readonly ClientOptions[]): Promise<void> {
    await Promise.all(
      servers.map(async (options) => {
        const ping = await this.core.pingServer(options);
        this.pings = { ...this.pings, [Import.server(options)]: ping };
      }),
    );
  }

  async read(files: Iterable<File>): Promise<void> {
    const { sources, tooLarge } = await readSources(files);
    this.tooLarge = tooLarge;
    if (sources.length) await this.take(sources);
  }

  async take(sources: Source[]): Promise<void> {
    this.#sources = sources;
    this.refused = await this.#ask(sources, false);
  }

  /** A server's file after all: as the client that matches it. */
  async convert(source: string): Promise<void> {
    const sources = this.#sources.filter(({ name }) => name === source);
    const refused = await this.#ask(sources, true);
    this.refused = [...this.refused.filter((refusal) => refusal.source !== source), ...refused];
  }

  async #ask(sources: Source[], convertServers: boolean): Promise<ImportResult['refused']> {
    this.busy = true;
    try {
      const { imported, refused } = await this.core.importSources({ sources, convertServers });
      this.imported = [...this.imported, ...imported];
      return refused;
    } finally {
      this.busy = false;
    }
  }
}
