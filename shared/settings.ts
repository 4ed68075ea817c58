import { z } from 'zod';
import { LANGUAGE_TAGS } from './words/languages.ts';

/** What the user chooses for the whole app. */
export const settingsFields = {
  language: z.enum(['system', ...LANGUAGE_TAGS]),
  theme: z.enum(['system', 'light', 'dark']),
  /** system notifications on unexpected loss and on recovery */
  notifications: z.boolean(),
  launchAtLogin: z.boolean(),
  startMinimised: z.boolean(),
  /** bring up what was running when the app was last quit */
  restoreTunnels: z.boolean(),
  /** how datagrams are sent: the fastest way that passes its self-test, or plain dgram */
  udp: z.enum(['auto', 'dgram']),
  /** ask every tunnel's server every few minutes how far it is */
  pings: z.boolean(),
  /** look for newer versions once a day; `ask` until the user has said */
  updates: z.enum(['ask', 'on', 'off']),
  logLevel: z.enum(['error', 'warn', 'info', 'debug']),
};

export const settingsSchema = z.strictObject(settingsFields);
export type Settings = z.infer<typeof settingsSchema>;

export const DEFAULT_SETTINGS: Settings = {
  language: 'system',
  theme: 'system',
  notifications: true,
  launchAtLogin: false,
  startMinimised: false,
  restoreTunnels: true,
  udp: 'auto',
  pings: false,
  updates: 'ask',
  logLevel: 'info',
};
