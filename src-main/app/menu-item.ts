import type { Words } from '../../shared/words/languages.ts';

/** An entry of a menu that the system draws, as far as the app has use for it: Electron's own, without Electron. */
export interface MenuItem {
  /** what the system carries out itself, by Electron's name for it */
  role?: MenuRole;
  type?: 'separator' | 'checkbox';
  label?: string;
  accelerator?: string;
  enabled?: boolean;
  checked?: boolean;
  submenu?: MenuItem[];
  /** a checkbox has flipped by then */
  click?: (item: { checked: boolean }) => void;
}

type MenuRole = keyof Words['desktop']['roles'] | 'quit' | 'window';
