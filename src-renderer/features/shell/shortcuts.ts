import type { HostCapabilities } from '../../../shared/api.ts';
import { TABS, type App } from './app.svelte.ts';

export type ShortcutName =
  'create' | 'import' | 'edit' | 'remove' | 'search' | 'toggle' | 'preferences' | 'tabs';

const isMac = typeof navigator !== 'undefined' && /mac/i.test(navigator.platform);

/** How each is written; `Mod` is Ctrl, on a Mac ⌘. */
const KEYS: Record<ShortcutName, string> = {
  create: 'Mod N',
  import: 'Mod O',
  edit: 'Mod E',
  remove: 'Del',
  search: 'Mod F',
  toggle: 'Mod T',
  preferences: 'Mod ,',
  tabs: 'Mod 1–5',
};
export const SHORTCUTS = Object.keys(KEYS) as ShortcutName[];

/** A browser keeps these with Ctrl or ⌘ to itself: there it is Alt. */
const KEPT_BY_BROWSERS: readonly ShortcutName[] = ['create', 'toggle'];

export function shortcutText(name: ShortcutName, host: HostCapabilities['kind']): string {
  const alt = host === 'web' && KEPT_BY_BROWSERS.includes(name);
  return KEYS[name].replace('Mod ', alt ? 'Alt ' : isMac ? '⌘' : 'Ctrl ');
}

/** Alt does wherever Ctrl or ⌘ does: see KEPT_BY_BROWSERS. */
function named(event: KeyboardEvent): ShortcutName | number | null {
  const mod = (isMac ? event.metaKey : event.ctrlKey) !== event.altKey && !event.shiftKey;
  if (!mod) return event.key === 'Delete' && !isTyping(event.target) ? 'remove' : null;
  if (/^Digit[1-5]$/.test(event.code)) return Number(event.code.at(-1)) - 1;
  switch (event.code) {
    case 'KeyN':
      return 'create';
    case 'KeyO':
      return 'import';
    case 'KeyE':
      return 'edit';
    case 'KeyF':
      return 'search';
    case 'KeyT':
      return 'toggle';
    case 'Comma':
      return 'preferences';
  }
  return null;
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest('input, textarea, [contenteditable]') !== null;

/** Handles a key that means something everywhere in the window; not while a dialog is open. */
export function handleShortcut(app: App, event: KeyboardEvent): void {
  const name = named(event);
  if (name === null || app.dialog) return;
  const { tunnel } = app;
  if (typeof name === 'number') app.tab = TABS[name];
  else if (name === 'create') app.create();
  else if (name === 'import') app.openImport();
  else if (name === 'preferences') app.dialog = { kind: 'preferences' };
  else if (name === 'search') document.getElementById('search')?.focus();
  else if (!tunnel) return;
  else if (name === 'edit') app.tab = 'settings';
  else if (name === 'toggle') void app.toggle(tunnel);
  else if (name === 'remove') void app.remove(tunnel);
  event.preventDefault();
}
