import type { ClientOptions } from './options.ts';
import type { SpareServer } from './servers.ts';

/** Colours a tunnel can be marked with; the window has a tone of each for both themes. */
export const COLOURS = ['blue', 'teal', 'green', 'yellow', 'orange', 'red', 'pink', 'violet'] as const;
export type Colour = (typeof COLOURS)[number];

/** The options that differ from kcptun's defaults, by JSON key. Their ranges are checked by shared/options. */
export type ProfileOptions = Partial<ClientOptions>;

/** So many the app keeps, and each value of theirs may be so many characters. */
export const MOST_PROFILES = 1000;
export const LONGEST_VALUE = 4096;

/** Where a tunnel listens that does not say: kcptun's port, but for this machine only. */
export const LOCAL_ADDRESS = '127.0.0.1:12948';

/** Why a profile's key is not at hand, though it has or had one. */
export type MissingKey =
  /** it waits for the passphrase */
  | 'locked'
  /** what sealed it is not here, or does not know it any more */
  | 'unreadable'
  /** it went with a passphrase that was forgotten */
  | 'cleared';

/** A saved tunnel. */
export interface Profile {
  id: string;
  name: string;
  colour: Colour;
  /** connect when the app starts */
  autostart: boolean;
  options: ProfileOptions;
  /** servers to go to where that of `options` does not answer, in their order; absent where there are none */
  spares?: SpareServer[];
  /** absent where the key is in `options`, or is kcptun's default; else the tunnel cannot start until it gets one */
  missingKey?: MissingKey;
  /** keys of an imported file that kcptun-desktop does not know; kept, listed and exported again */
  extra: Record<string, unknown>;
  /** the loopback demo: not stored, and gone when it is stopped */
  demo: boolean;
}

/** Why a key that the tunnel needs is not at hand: its own, or a spare server's. */
export const missingKeyOf = ({ missingKey, spares }: Profile): MissingKey | undefined =>
  missingKey ?? spares?.find((spare) => spare.missingKey)?.missingKey;
