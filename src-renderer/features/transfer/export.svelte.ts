import type { ExportedFile } from '../../../shared/api.ts';
import type { Core, ExportFormat } from '../../client/core.svelte.ts';
import type { Tunnel } from '../../client/tunnel.svelte.ts';

/** Tunnels as files: of one tunnel or of all, in one format. */
export class Export {
  format: ExportFormat = $state('json');
  all: boolean = $state(false);
  files: ExportedFile[] = $state.raw([]);
  #asked = 0;

  /** @param tunnel what it is about; null for all */
  constructor(
    readonly core: Core,
    readonly tunnel: Tunnel | null,
  ) {}

  async show(what: { format?: ExportFormat; all?: boolean } = {}): Promise<void> {
    Object.assign(this, what);
    const asked = ++this.#asked;
    const ids = this.tunnel && !this.all ? [this.tunnel.id] : undefined;
    const files = await this.core.exportFiles(this.format, ids);
    // an answer that a newer question has overtaken
    if (asked === this.#asked) this.files = files;
  }
}
