import { join } from 'node:path';
import type { ApiCore } from '../../../shared/api.ts';
import { type WindowPlace, usablePlace } from '../../app/window-place.ts';
import type { ElectronMain } from './electron-main.ts';
import { WINDOW_URL } from './lockdown.ts';
import { serveWindow } from './window-channel.ts';

export interface MainWindowDeps {
  electron: Pick<ElectronMain, 'app' | 'BrowserWindow' | 'ipcMain' | 'nativeTheme' | 'screen'>;
  platform: NodeJS.Platform;
  core: ApiCore;
  /** the folder of package.json */
  root: string;
  place: WindowPlace | null;
  onPlace(place: WindowPlace): void;
  /** whether closing ends the window; otherwise it is hidden */
  quitting(): boolean;
  /** whether there is a tray to find it in; otherwise it is minimised */
  hasTray(): Promise<boolean>;
  onAway(hidden: boolean): void;
  onCrash(reason: string): void;
}

const DEFAULT_SIZE = { width: 1100, height: 720 };
/** A page that dies again so soon after it was loaded anew is given up until the window is opened again, in ms. */
const CRASH_LOOP = 10_000;
/** --bg of src-renderer/styles/tokens.css: what is there before the first paint */
const BACKGROUND = { light: '#f5f6f8', dark: '#0f1216' };

/** The one window: made when first shown, hidden when closed, gone when the app quits. */
export class MainWindow {
  #window: Electron.BrowserWindow | null = null;
  #crashedAt = -Infinity;

  constructor(readonly deps: MainWindowDeps) {}

  show(): void {
    if (!this.#window) return this.#create();
    if (this.#window.isMinimized()) this.#window.restore();
    this.#window.show();
    this.#window.focus();
  }

  /** A window that stays hidden; resolves when it could be shown. */
  load(): Promise<void> {
    return new Promise((resolve) => this.#create(resolve));
  }

  /** What an app without a window starts as. */
  async startAway(): Promise<void> {
    if (await this.deps.hasTray()) return;
    this.#create();
    this.#window!.minimize();
  }

  async #putAway(window: Electron.BrowserWindow): Promise<void> {
    // hidden while it is full screen, a window leaves a black Space behind on macOS (electron#39572)
    if (this.deps.platform === 'darwin' && window.isFullScreen()) {
      window.setFullScreen(false);
      await new Promise<void>((resolve) => window.once('leave-full-screen', resolve));
    }
    const hidden = await this.deps.hasTray();
    if (hidden) window.hide();
    else window.minimize();
    this.deps.onAway(hidden);
  }

  #onCrash(window: Electron.BrowserWindow, reason: string): void {
    this.deps.onCrash(reason);
    const again = performance.now() - this.#crashedAt < CRASH_LOOP;
    this.#crashedAt = performance.now();
    if (again) window.destroy();
    else window.webContents.reload();
  }

  /** @param onPainted what is done with the first paint: otherwise it is shown */
  #create(onPainted?: () => void): void {
    const { electron, core, root, onPlace, quitting } = this.deps;
    const place = usablePlace(this.deps.place, electron.screen.getAllDisplays());
    const window = (this.#window = new electron.BrowserWindow({
      ...(place ?? DEFAULT_SIZE),
      minWidth: 900,
      minHeight: 600,
      show: false,
      backgroundColor: BACKGROUND[electron.nativeTheme.shouldUseDarkColors ? 'dark' : 'light'],
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
        devTools: !electron.app.isPackaged,
      },
    }));
    if (place?.maximised) window.maximize();
    serveWindow(core, window.webContents, electron);
    window.on('close', (event) => {
      onPlace({ ...window.getNormalBounds(), maximised: window.isMaximized() });
      if (quitting()) return;
      event.preventDefault();
      void this.#putAway(window);
    });
    window.on('closed', () => (this.#window = null));
    window.once('ready-to-show', onPainted ?? (() => window.isMinimized() || this.show()));
    window.webContents.on('render-process-gone', (_event, { reason }) => {
      if (reason !== 'clean-exit' && !quitting()) this.#onCrash(window, reason);
    });
    void window.loadURL(WINDOW_URL);
  }
}
