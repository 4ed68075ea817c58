import { join } from 'node:path';
import type { ApiCore } from '../../../shared/api.ts';
import type { HostMemory } from '../../store/store.ts';
import type { ElectronMain } from './electron-main.ts';
import { WINDOW_URL } from './lockdown.ts';
import { serveWindow } from './window-channel.ts';

type Place = NonNullable<HostMemory['windowPlace']>;

export interface MainWindowDeps {
  electron: Pick<ElectronMain, 'BrowserWindow' | 'ipcMain' | 'screen'>;
  core: ApiCore;
  /** the folder of package.json */
  root: string;
  place: Place | null;
  onPlace(place: Place): void;
  /** whether closing ends the window; otherwise it is hidden */
  quitting(): boolean;
  onHidden(): void;
}

const DEFAULT_SIZE = { width: 1100, height: 720 };
/** So much of a remembered window must lie on a display that is there now. */
const VISIBLE_PX = 100;

/** The place, where some display still shows enough of it. */
export function usablePlace(
  place: Place | null,
  displays: readonly Pick<Electron.Display, 'workArea'>[],
): Place | null {
  if (!place) return null;
  const seen = displays.some(({ workArea: area }) => {
    const width = Math.min(place.x + place.width, area.x + area.width) - Math.max(place.x, area.x);
    const height = Math.min(place.y + place.height, area.y + area.height) - Math.max(place.y, area.y);
    return width >= VISIBLE_PX && height >= VISIBLE_PX;
  });
  return seen ? place : null;
}

/** The one window: made when first shown, hidden when closed, gone when the app quits. */
export class MainWindow {
  #window: Electron.BrowserWindow | null = null;

  constructor(readonly deps: MainWindowDeps) {}

  show(): void {
    const window = (this.#window ??= this.#create());
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
  }

  #create(): Electron.BrowserWindow {
    const { electron, core, root, onPlace, quitting, onHidden } = this.deps;
    const place = usablePlace(this.deps.place, electron.screen.getAllDisplays());
    const window = new electron.BrowserWindow({
      ...(place ?? DEFAULT_SIZE),
      minWidth: 900,
      minHeight: 600,
      show: false,
      title: 'kcptun desktop',
      icon: join(root, 'assets', 'icon.png'),
      autoHideMenuBar: true,
      webPreferences: {
        preload: join(root, 'dist', 'preload', 'preload.cjs'),
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webviewTag: false,
        spellcheck: false,
        navigateOnDragDrop: false,
      },
    });
    if (place?.maximised) window.maximize();
    serveWindow(core, window.webContents, electron);
    window.on('close', (event) => {
      onPlace({ ...window.getNormalBounds(), maximised: window.isMaximized() });
      if (quitting()) return;
      event.preventDefault();
      window.hide();
      onHidden();
    });
    window.on('closed', () => (this.#window = null));
    void window.loadURL(WINDOW_URL);
    return window;
  }
}
