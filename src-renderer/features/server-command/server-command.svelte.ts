import type { ServerCommand } from '../../../shared/api.ts';
import type { Core } from '../../client/core.svelte.ts';
import type { Tunnel } from '../../client/tunnel.svelte.ts';

/** The server that matches a tunnel, as a command line and as a file. */
export class MatchingServer {
  withKey = $state(false);
  answer: ServerCommand | undefined = $state.raw();
  #asked = 0;

  constructor(
    readonly core: Core,
    readonly tunnel: Tunnel,
  ) {}

  async show(withKey = this.withKey): Promise<void> {
    this.withKey = withKey;
    const asked = ++this.#asked;
    const answer = await this.core.serverCommand(this.tunnel, withKey);
    // an answer that a newer question has overtaken
    if (asked === this.#asked) this.answer = answer;
  }
}
