import type { Words } from '../../shared/words/languages.ts';
import type { MenuItem } from './menu-item.ts';

type MenuRole = keyof Words['desktop']['roles'];

/**
 * The native menu. Shortcuts of the tunnels (new, import, toggle, delete, search) are the window's own, so that they
 * are the same in a browser. Electron's roles bring their keys, but their labels only in English.
 */
export function appMenu(
  { desktop, list, common }: Words,
  platform: NodeJS.Platform,
  act: { connectAll(): void; disconnectAll(): void },
): MenuItem[] {
  const mac = platform === 'darwin';
  const items = (...roles: (MenuRole | null)[]): MenuItem[] =>
    roles.map((role) => (role ? { role, label: desktop.roles[role] } : { type: 'separator' }));
  return [
    ...(mac
      ? [
          {
            label: common.app,
            submenu: [
              ...items('about', null, 'services', null, 'hide', 'hideOthers', 'unhide', null),
              { role: 'quit', label: desktop.quit } as const,
            ],
          },
        ]
      : []),
    {
      label: desktop.file,
      submenu: [
        { label: list.connectAll, click: () => act.connectAll() },
        { label: list.disconnectAll, click: () => act.disconnectAll() },
        { type: 'separator' },
        ...(mac ? items('close') : [{ role: 'quit', label: desktop.quit, accelerator: 'Ctrl+Q' } as const]),
      ],
    },
    {
      label: desktop.edit,
      submenu: items('undo', 'redo', null, 'cut', 'copy', 'paste', 'delete', null, 'selectAll'),
    },
    {
      label: desktop.view,
      submenu: items('resetZoom', 'zoomIn', 'zoomOut', null, 'togglefullscreen'),
    },
    {
      role: 'window',
      label: desktop.window,
      submenu: mac ? items('minimize', 'zoom', null, 'front') : items('minimize', 'close'),
    },
  ];
}
