import type { ClientOptions } from '../../shared/options.ts';
import type { Colour, MissingKey } from '../../shared/profile.ts';
import type { ServerOwn } from '../../shared/servers.ts';

/** A spare server as it is typed; empty is as the first has it. */
export interface SpareEdit {
  id: string;
  texts: Partial<Record<ServerOwn, string>>;
  missingKey?: MissingKey;
}

/** What was typed over a profile and is not saved. It lives as long as its tunnel, whatever the window shows meanwhile. */
export class Edits {
  name: string | null = $state(null);
  colour: Colour | null = $state(null);
  autostart: boolean | null = $state(null);
  /** a field's text, or a switch */
  options: Partial<Record<keyof ClientOptions, string | boolean>> = $state({});
  /** all of them, where any was touched */
  spares: readonly SpareEdit[] | null = $state.raw(null);
  /** the options that the server was asked for and has told */
  found: (keyof ClientOptions)[] = $state.raw([]);
  /** the server is to be asked as soon as the form is shown */
  ask = $state(false);
  /** round trip to size windows by, milliseconds, as typed; null takes the measured one */
  rtt: string | null = $state(null);
  /** a submit was tried: what is still empty is now an error to be seen */
  tried = $state(false);

  discard(): void {
    this.name = this.colour = this.autostart = null;
    this.options = {};
    this.spares = null;
    this.found = [];
    this.tried = false;
  }
}
