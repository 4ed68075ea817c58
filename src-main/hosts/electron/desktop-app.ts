import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Settings } from '../../../shared/settings.ts';
import { spokenLanguage, type Words } from '../../../shared/words/languages.ts';
import { Locale } from '../../../shared/words/locale.ts';
import type { OpenCore, OpenedCore } from '../../app/open-core.ts';
import { WindowFiles } from '../../app/window-files.ts';
import { CONF_NAME } from '../../store/conf-file.ts';
import { appMenu } from './app-menu.ts';
import type { ElectronMain } from './electron-main.ts';
import { isOurs, lockDown, SCHEME } from './lockdown.ts';
import { setLoginItem } from './login-item.ts';
import { MainWindow } from './main-window.ts';
import { Notifier } from './notifier.ts';
import { safeBox } from './safe-box.ts';
import { TrayIcon } from './tray.ts';
import { TunnelBoard } from './tunnel-board.ts';

export interface DesktopDeps {
  electron: ElectronMain;
  platform: NodeJS.Platform;
  env: NodeJS.ProcessEnv;
  /** the folder of package.json */
  root: string;
  version: string;
  openConf: OpenCore['openConf'];
  openCore(options: OpenCore): Promise<OpenedCore>;
}

/** The app's life in Electron: one instance, a tray, a window that hides, and a quit that stops the tunnels first. */
export class DesktopApp {
  readonly #deps: DesktopDeps;
  #board: TunnelBoard | null = null;
  #window: MainWindow | null = null;
  #tray: TrayIcon | null = null;
  #notifier: Notifier | null = null;
  #close: () => Promise<void> = async () => undefined;
  #locale = new Locale('en');
  #quitting = false;
  #closed = false;

  constructor(deps: DesktopDeps) {
    this.#deps = deps;
  }

  /** Resolves when the app is up, or is leaving because another one is. */
  async start(): Promise<void> {
    const { app, dialog, protocol } = this.#deps.electron;
    // the same folder whatever the app is called in its package, and the one that the web host uses
    app.setPath('userData', join(app.getPath('appData'), CONF_NAME));
    if (!app.requestSingleInstanceLock()) return app.quit();
    app.enableSandbox();
    protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges: { standard: true, secure: true } }]);
    app.on('second-instance', () => this.#window?.show());
    app.on('activate', () => this.#window?.show());
    // the tray stays when the window is gone
    app.on('window-all-closed', () => undefined);
    app.on('before-quit', (event) => this.#beforeQuit(event));
    await app.whenReady();
    try {
      await this.#ready();
    } catch (error) {
      dialog.showErrorBox('kcptun desktop', error instanceof Error ? error.message : String(error));
      app.exit(1);
    }
  }

  async #ready(): Promise<void> {
    const { electron, platform, root, version, openConf, openCore } = this.#deps;
    lockDown(electron);
    this.#serveFiles(new WindowFiles(join(root, 'dist', 'window')));
    const { core, store, close } = await openCore({
      folder: electron.app.getPath('userData'),
      openConf,
      keyring: safeBox(electron, platform),
      host: {
        kind: 'electron',
        platform,
        tray: true,
        loginItem: true,
        notifications: electron.Notification.isSupported(),
      },
      version,
    });
    this.#close = close;

    const notifier = (this.#notifier = new Notifier(
      () => this.#locale,
      () => board.settings.notifications,
      (title, body) => this.#notify(title, body),
    ));
    const board = (this.#board = new TunnelBoard(core, {
      onChange: () => this.#refresh(),
      onState: (tunnel) => notifier.onState(tunnel),
      onSettings: (settings) => this.#onSettings(settings),
    }));
    await board.open();
    this.#window = new MainWindow({
      electron,
      core,
      root,
      place: store.host.windowPlace,
      onPlace: (windowPlace) => (store.host = { ...store.host, windowPlace }),
      quitting: () => this.#quitting,
      onHidden: () => {
        if (store.host.toldAboutTray) return;
        store.host = { ...store.host, toldAboutTray: true };
        this.#notify(this.#words.desktop.inTray, this.#words.desktop.inTrayText);
      },
    });
    this.#tray = new TrayIcon(electron, join(root, 'assets', 'tray'), platform, this.#actions);
    this.#onSettings(board.settings);
    this.#refresh();
    electron.powerMonitor.on('resume', () => {
      notifier.resumed();
      core.resumed();
    });
    if (!board.settings.startMinimised || core.waitsForPassphrase) this.#window.show();
  }

  get #words(): Words {
    return this.#locale.words;
  }

  readonly #actions = {
    open: () => this.#window?.show(),
    toggle: (id: string, on: boolean) =>
      this.#ask((does) => does[on ? 'tunnels.start' : 'tunnels.stop']({ id })),
    connectAll: () => this.#ask((does) => does['tunnels.startAll'](undefined)),
    disconnectAll: () => this.#ask((does) => does['tunnels.stopAll'](undefined)),
    startAtLogin: (launchAtLogin: boolean) => this.#ask((does) => does['settings.update']({ launchAtLogin })),
    quit: () => this.#deps.electron.app.quit(),
  };

  /** What the tray asks and the core refuses is shown in the window, where it can be mended. */
  #ask(request: (handlers: TunnelBoard['handlers']) => unknown): void {
    void Promise.resolve(this.#board!.handlers)
      .then(request)
      .catch((error: Error) => {
        this.#tray?.invalidate();
        this.#refresh();
        this.#window?.show();
        this.#notify('kcptun desktop', error.message);
      });
  }

  #refresh(): void {
    const board = this.#board;
    if (!board || !this.#tray) return;
    const { launchAtLogin } = board.settings;
    this.#tray.show({ tunnels: board.tunnels, locale: this.#locale, launchAtLogin });
  }

  #onSettings({ language, launchAtLogin }: Settings): void {
    const { electron, platform, env } = this.#deps;
    const { app, Menu } = electron;
    this.#locale = new Locale(spokenLanguage(language, [app.getLocale()]));
    setLoginItem(launchAtLogin, {
      electron,
      platform,
      autostart: join(env.XDG_CONFIG_HOME ?? join(homedir(), '.config'), 'autostart'),
      executable: env.APPIMAGE ?? app.getPath('exe'),
    });
    Menu.setApplicationMenu(Menu.buildFromTemplate(appMenu(this.#words, platform, this.#actions)));
  }

  #notify(title: string, body: string): void {
    const { Notification } = this.#deps.electron;
    if (!Notification.isSupported()) return;
    const notification = new Notification({ title, body });
    notification.on('click', () => this.#window?.show());
    notification.show();
  }

  #serveFiles(files: WindowFiles): void {
    this.#deps.electron.protocol.handle(SCHEME, async ({ url }) => {
      const file = isOurs(url) ? await files.read(new URL(url).pathname) : null;
      return file ? new Response(file.bytes, { headers: file.headers }) : new Response(null, { status: 404 });
    });
  }

  /** The first request to quit waits until every worker has closed its handles; the second one goes through. */
  #beforeQuit(event: { preventDefault(): void }): void {
    if (this.#closed) return;
    event.preventDefault();
    if (this.#quitting) return;
    this.#quitting = true;
    this.#notifier?.stop();
    void this.#close().finally(() => {
      this.#closed = true;
      this.#tray?.destroy();
      this.#deps.electron.app.quit();
    });
  }
}
