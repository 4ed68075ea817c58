import { type ClientOptions, type OptionSpec, optionsOf } from '../../../shared/options.ts';

export type FormKey = keyof ClientOptions;

/** Where each option of the table stands in the form. The server's address is two fields, and is drawn by hand. */
export const SECTIONS = {
  server: ['remoteaddr', 'prefer'],
  local: ['localaddr'],
  security: ['key', 'crypt'],
  speed: ['mode', 'pace', 'datashard', 'parityshard'],
  windows: ['sndwnd', 'rcvwnd'],
  wire: ['mtu', 'smuxver', 'nocomp'],
  sessions: ['conn', 'autoexpire'],
} as const satisfies Record<string, readonly FormKey[]>;

/** What a mode sets, and manual leaves to the user; they stand beside the mode. */
export const MANUAL = ['nodelay', 'interval', 'resend', 'nc'] as const satisfies readonly FormKey[];
/** Shown only where a profile sets them: one is refused here, the others mean nothing. */
const HIDDEN: readonly FormKey[] = ['tcp', 'pprof', 'log'];

export const SPECS = optionsOf('client') as (OptionSpec & { key: FormKey })[];
export const specFor = (key: FormKey): OptionSpec => SPECS.find((spec) => spec.key === key)!;

/** What stands under Advanced: all that the table says belongs there. */
export const advancedKeys = (set: Partial<ClientOptions>): FormKey[] =>
  SPECS.filter(({ key, advanced }) => advanced && (!HIDDEN.includes(key) || key in set))
    .map(({ key }) => key)
    .filter((key) => !MANUAL.some((manual) => manual === key));
