import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Settings } from '../../../shared/settings.ts';
import { spokenLanguage, type Words } from '../../../shared/words/languages.ts';
import { Locale } from '../../../shared/words/locale.ts';
import type { OpenCore, OpenedCore } from '../../app/open-core.ts';
import { WindowFiles } from '../../app/window-files.ts';
import { appMenu } from './app-menu.ts';
import type { ElectronMain } from './electron-main.ts';
import { isDebugged, isOurs, lockDown, SCHEME } from './lockdown.ts';
import { setLoginItem } from './login-item.ts';
import { MainWindow } from './main-window.ts';
import { checkLibraries, type PlainFiles } from '../../app/libraries.ts';
import { Notifier } from '../../app/notifier.ts';
import { dataFolder, programOf } from './places.ts';
import { safeBox } from './safe-box.ts';
import { TrayIcon } from './tray.ts';
import { TunnelBoard } from '../../app/tunnel-board.ts';

/** As in electron-builder.yml: Windows knows the installed app by it. */
export const APP_ID = 'io.github.kcptun-desktop';

/** As in electron-builder.yml; its installer for Windows leaves it to the app to register them. */
const LINK_SCHEMES = ['kcptun', 'kcptun-desktop'];
const linkIn = (argv: readonly string[]): string | undefined =>
  argv.find((argument) => LINK_SCHEMES.some((scheme) => argument.toLowerCase().startsWith(`${scheme}://`)));

export interface DesktopDeps {
  electron: ElectronMain;
  platform: NodeJS.Platform;
  env: NodeJS.ProcessEnv;
  /** without the program's own name */
  argv: readonly string[];
  /** holds app.asar, where the app is packaged */
  resources: string;
  plainFiles: PlainFiles;
  hasTray(): Promise<boolean>;
  /** the folder of package.json */
  root: string;
  version: string;
  openConf: OpenCore['openConf'];
  openCore(options: OpenCore): Promise<OpenedCore>;
}

/** The app's life in Electron: one instance, a tray, a window that hides, and a quit that stops the tunnels first. */
export class DesktopApp {
  readonly #deps: DesktopDeps;
  #core: OpenedCore['core'] | null = null;
  readonly #early: string[] = [];
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

  /** Resolves with whether the app is up; otherwise it leaves: another one is, or it cannot start. */
  async start(): Promise<boolean> {
    const { electron, platform, argv } = this.#deps;
    const { app, dialog, protocol } = electron;
    if (app.isPackaged && isDebugged(electron)) return this.#leave(1);
    // the name of toasts and of the login item
    if (platform === 'win32') app.setAppUserModelId(APP_ID);
    const options = { folder: { type: 'string' } } as const;
    const { folder } = parseArgs({ args: [...argv], options, strict: false }).values;
    app.setPath('userData', dataFolder(typeof folder === 'string' ? folder : undefined, this.#deps));
    if (!app.requestSingleInstanceLock()) return this.#leave(0);
    protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges: { standard: true, secure: true } }]);
    app.on('second-instance', (_event, others) => this.#openLink(linkIn(others)));
    // macOS hands it over by this, also the one that starts the app
    app.on('open-url', (event, link) => {
      event.preventDefault();
      this.#openLink(link);
    });
    this.#openLink(linkIn(argv));
    app.on('activate', () => this.#window?.show());
    // the tray stays when the window is gone
    app.on('window-all-closed', () => undefined);
    app.on('before-quit', (event) => this.#beforeQuit(event));
    await app.whenReady();
    try {
      await this.#ready();
      return true;
    } catch (error) {
      dialog.showErrorBox('kcptun desktop', error instanceof Error ? error.message : String(error));
      return this.#leave(1);
    }
  }

  /** Shows the window, with a link's import if there is one; before there is a core the link waits. */
  #openLink(link: string | undefined): void {
    // our own scheme is kcptun's under a name that no other program takes
    const known = link?.replace(/^kcptun-desktop:/i, 'kcptun:');
    if (known && this.#core) this.#core.offerLink(known);
    else if (known) this.#early.push(known);
    this.#window?.show();
  }

  #leave(code: number): false {
    this.#deps.electron.app.exit(code);
    return false;
  }

  async #ready(): Promise<void> {
    const { electron, platform, root, version, openConf, openCore, resources, plainFiles } = this.#deps;
    if (electron.app.isPackaged) checkLibraries(resources, plainFiles);
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
        loginItem: electron.app.isPackaged,
        notifications: electron.Notification.isSupported(),
      },
      version,
    });
    this.#close = close;
    this.#core = core;
    for (const link of this.#early) core.offerLink(link);
    if (electron.app.isPackaged && platform === 'win32')
      for (const scheme of LINK_SCHEMES)
        electron.app.setAsDefaultProtocolClient(scheme, programOf(this.#deps));

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
      platform,
      core,
      root,
      place: store.host.windowPlace,
      onPlace: (windowPlace) => (store.host = { ...store.host, windowPlace }),
      quitting: () => this.#quitting,
      hasTray: this.#deps.hasTray,
      onAway: (hidden) => {
        if (store.host.toldAboutTray) return;
        store.host = { ...store.host, toldAboutTray: true };
        const { inTray, inTrayText, noTray, noTrayText } = this.#words.desktop;
        this.#notify(hidden ? inTray : noTray, hidden ? inTrayText : noTrayText);
      },
      onCrash: (reason) => {
        const { crashed, crashedText } = this.#words.desktop;
        this.#notify(crashed, `${crashedText} (${reason})`);
      },
    });
    this.#tray = new TrayIcon(electron, join(root, 'assets', 'tray'), platform, this.#actions);
    this.#onSettings(board.settings);
    this.#refresh();
    electron.powerMonitor.on('resume', () => {
      notifier.resumed();
      core.resumed();
    });
    if (!board.settings.startMinimised || core.waitsForPassphrase || this.#early.length > 0)
      this.#window.show();
    else await this.#window.startAway();
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

  #onSettings({ language, theme, launchAtLogin }: Settings): void {
    const { electron, platform, env } = this.#deps;
    const { app, Menu, nativeTheme } = electron;
    nativeTheme.themeSource = theme;
    this.#locale = new Locale(spokenLanguage(language, [app.getLocale()]));
    setLoginItem(launchAtLogin, {
      electron,
      platform,
      autostart: join(env.XDG_CONFIG_HOME ?? join(homedir(), '.config'), 'autostart'),
      program: programOf(this.#deps),
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
