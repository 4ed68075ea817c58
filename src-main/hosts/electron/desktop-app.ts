import { join } from 'node:path';
import type { Settings } from '../../../shared/settings.ts';
import { spokenLanguage } from '../../../shared/words/languages.ts';
import { Locale } from '../../../shared/words/locale.ts';
import { appMenu } from '../../app/app-menu.ts';
import { setAutostart } from '../../app/autostart.ts';
import { isDebugged, type Launch, linkIn, LINK_SCHEMES, readLaunch } from '../../app/launch.ts';
import { checkLibraries, type PlainFiles } from '../../app/libraries.ts';
import { Notifier } from '../../app/notifier.ts';
import type { OpenCore, OpenedCore } from '../../app/open-core.ts';
import { dataFolder, programOf, type Started } from '../../app/places.ts';
import { smoke, type SmokeStart } from '../../app/smoke.ts';
import { TunnelBoard } from '../../app/tunnel-board.ts';
import { updateWay } from '../../app/update-way.ts';
import { WindowFiles } from '../../app/window-files.ts';
import { systemBox } from '../../store/system-box.ts';
import type { ElectronMain } from './electron-main.ts';
import { isOurs, lockDown, SCHEME } from './lockdown.ts';
import { MainWindow } from './main-window.ts';
import { TrayIcon } from './tray.ts';
import { electronUpdates, type UpdaterModule } from './updater.ts';

/** As in electron-builder.yml: Windows knows the installed app by it. */
export const APP_ID = 'io.github.kcptun-desktop';

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
  loadUpdater(): Promise<UpdaterModule>;
  /** a line for whoever started the app in a terminal */
  say(line: string): void;
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

  readonly #launch: Launch;
  readonly #started: Started;

  constructor(deps: DesktopDeps) {
    const { electron, platform, env, argv } = (this.#deps = deps);
    this.#launch = readLaunch(argv);
    const { app } = electron;
    this.#started = { exe: app.getPath('exe'), packaged: app.isPackaged, platform, env };
  }

  /** Resolves with whether the app is up; otherwise it leaves: another one is, or it cannot start. */
  async start(): Promise<boolean> {
    const { electron, platform, argv } = this.#deps;
    const { app, dialog, protocol } = electron;
    if (app.isPackaged && isDebugged((name) => app.commandLine.hasSwitch(name))) return this.#leave(1);
    // the name of toasts and of the login item
    if (platform === 'win32') app.setAppUserModelId(APP_ID);
    app.setPath('userData', dataFolder(this.#launch.folder, this.#started, app.getPath('appData')));
    if (!app.requestSingleInstanceLock()) return this.#leave(0);
    protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges: { standard: true, secure: true } }]);
    app.on('second-instance', (_event, others) => this.#openLink(linkIn(others)));
    // macOS hands it over by this, also the one that starts the app
    app.on('open-url', (event, link) => {
      event.preventDefault();
      this.#openLink(linkIn([link]));
    });
    this.#openLink(linkIn(argv));
    app.on('activate', () => this.#window?.show());
    // the tray stays when the window is gone
    app.on('window-all-closed', () => undefined);
    app.on('before-quit', (event) => this.#beforeQuit(event));
    if (this.#launch.smoke) return this.#smoke();
    await app.whenReady();
    try {
      await this.#ready();
      this.#showFirst();
      return true;
    } catch (error) {
      dialog.showErrorBox('kcptun desktop', error instanceof Error ? error.message : String(error));
      return this.#leave(1);
    }
  }

  /** Whether the system may be told of the app. What a working copy would start is Electron, with a window of its own. */
  get #registers(): boolean {
    return this.#started.packaged && !this.#launch.smoke;
  }

  /** `--smoke`: all of the app with a window that stays hidden, a line that says what was seen, and the end. */
  async #smoke(): Promise<false> {
    const { code, line } = await smoke(async (): Promise<SmokeStart> => {
      await this.#deps.electron.app.whenReady();
      await this.#ready();
      const painted = this.#window!.load();
      return {
        core: this.#core!,
        shown: Promise.all([painted, this.#core!.shown, this.#deps.loadUpdater()]),
      };
    });
    this.#deps.say(line);
    await this.#close();
    return this.#leave(code);
  }

  /** Shows the window, with a link's import if there is one; before there is a core the link waits. */
  #openLink(link: string | undefined): void {
    if (link && this.#core) this.#core.offerLink(link);
    else if (link) this.#early.push(link);
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
    const files = new WindowFiles(join(root, 'dist', 'window'));
    electron.protocol.handle(SCHEME, ({ url }) =>
      isOurs(url) ? files.response(new URL(url).pathname) : new Response(null, { status: 404 }),
    );
    const program = programOf(this.#started);
    const { core, store, close } = await openCore({
      folder: electron.app.getPath('userData'),
      openConf,
      keyring: await systemBox(electron.safeStorage, platform),
      host: {
        kind: 'electron',
        platform,
        tray: true,
        loginItem: electron.app.isPackaged,
        notifications: electron.Notification.isSupported(),
        updates: updateWay(this.#started, resources, root),
      },
      updates: electronUpdates(this.#deps.loadUpdater, electron.app, program, () => this.#stop()),
      version,
    });
    this.#close = close;
    this.#core = core;
    for (const link of this.#early) core.offerLink(link);
    if (this.#registers && platform === 'win32')
      for (const scheme of LINK_SCHEMES) electron.app.setAsDefaultProtocolClient(scheme, program);

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
        const { inTray, inTrayText, noTray, noTrayText } = this.#locale.words.desktop;
        this.#notify(hidden ? inTray : noTray, hidden ? inTrayText : noTrayText);
      },
      onCrash: (reason) => {
        const { crashed, crashedText } = this.#locale.words.desktop;
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
  }

  #showFirst(): void {
    const away = this.#board!.settings.startMinimised;
    if (!away || this.#core!.waitsForPassphrase || this.#early.length > 0) this.#window!.show();
    else void this.#window!.startAway();
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
    const path = programOf(this.#started);
    if (this.#registers && platform === 'linux') setAutostart(launchAtLogin, path, env);
    else if (this.#registers) app.setLoginItemSettings({ openAtLogin: launchAtLogin, path });
    Menu.setApplicationMenu(Menu.buildFromTemplate(appMenu(this.#locale.words, platform, this.#actions)));
  }

  #notify(title: string, body: string): void {
    const { Notification } = this.#deps.electron;
    if (!Notification.isSupported()) return;
    const notification = new Notification({ title, body });
    notification.on('click', () => this.#window?.show());
    notification.show();
  }

  /** The first request to quit waits until every worker has closed its handles; the second one goes through. */
  #beforeQuit(event: { preventDefault(): void }): void {
    if (this.#closed) return;
    event.preventDefault();
    if (!this.#quitting) void this.#stop().finally(() => this.#deps.electron.app.quit());
  }

  /** From here on the app can only end. */
  async #stop(): Promise<void> {
    this.#quitting = true;
    this.#notifier?.stop();
    await this.#close().finally(() => {
      this.#closed = true;
      this.#tray?.destroy();
    });
  }
}
