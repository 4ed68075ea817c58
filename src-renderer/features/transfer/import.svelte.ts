import type { ImportedProfile, ImportResult } from '../../../shared/api.ts';
import type { Core } from '../../client/core.svelte.ts';

export interface Source {
  name: string;
  text: string;
}

/** What the API takes of one text. */
const LARGEST = 1 << 20;

/** Reads files as text; those too large to be a configuration are named instead. */
export async function readSources(files: Iterable<File>): Promise<{ sources: Source[]; tooLarge: string[] }> {
  const all = [...files];
  const small = all.filter(({ size }) => size <= LARGEST);
  return {
    sources: await Promise.all(small.map(async (file) => ({ name: file.name, text: await file.text() }))),
    tooLarge: all.filter(({ size }) => size > LARGEST).map(({ name }) => name),
  };
}

/** An import as it goes on: what came in, what did not, and servers' files that wait for a word. */
export class Import {
  imported: ImportedProfile[] = $state.raw([]);
  refused: ImportResult['refused'] = $state.raw([]);
  tooLarge: string[] = $state.raw([]);
  #sources: Source[] = [];

  constructor(readonly core: Core) {}

  async read(files: Iterable<File>): Promise<void> {
    const { sources, tooLarge } = await readSources(files);
    this.tooLarge = tooLarge;
    if (sources.length) await this.take(sources);
  }

  async take(sources: Source[]): Promise<void> {
    this.#sources = sources;
    const { imported, refused } = await this.core.importSources({ sources });
    this.imported = [...this.imported, ...imported];
    this.refused = refused;
  }

  /** A server's file after all: as the client that matches it. */
  async convert(source: string): Promise<void> {
    const sources = this.#sources.filter(({ name }) => name === source);
    const { imported, refused } = await this.core.importSources({ sources, convertServers: true });
    this.imported = [...this.imported, ...imported];
    this.refused = [...this.refused.filter((refusal) => refusal.source !== source), ...refused];
  }
}
