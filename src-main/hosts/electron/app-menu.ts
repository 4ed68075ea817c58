import type { MenuItemConstructorOptions } from 'electron';
import type { Words } from '../../../shared/words/languages.ts';

/**
 * The native menu. Shortcuts of the tunnels (new, import, toggle, delete, search) are the window's own, so that they
 * are the same in a browser.
 */
export function appMenu(
  { desktop: words, list }: Words,
  platform: NodeJS.Platform,
  act: { connectAll(): void; disconnectAll(): void },
): MenuItemConstructorOptions[] {
  const mac = platform === 'darwin';
  return [
    ...(mac ? [{ role: 'appMenu' } as const] : []),
    {
      label: words.file,
      submenu: [
        { label: list.connectAll, click: () => act.connectAll() },
        { label: list.disconnectAll, click: () => act.disconnectAll() },
        { type: 'separator' },
        mac ? { role: 'close' } : { role: 'quit', label: words.quit, accelerator: 'Ctrl+Q' },
      ],
    },
    { role: 'editMenu', label: words.edit },
    {
      label: words.view,
      submenu: [
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
      ],
    },
    { role: 'windowMenu', label: words.window },
  ];
}
