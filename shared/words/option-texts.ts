import type { ClientOptions } from '../options.ts';

/** An option's name as people say it, and what it does. */
export interface OptionText {
  label: string;
  help: string;
}
/** One for each option that a client has. */
export type OptionTexts = Record<keyof ClientOptions, OptionText>;
