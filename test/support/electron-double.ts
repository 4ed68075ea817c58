import type {
  BrowserWindowConstructorOptions,
  MenuItemConstructorOptions,
  NotificationConstructorOptions,
} from 'electron';
import { EventEmitter } from 'node:events';
import { request, type RequestOptions } from 'node:http';
import type { ElectronMain } from '../../src-main/hosts/electron/electron-main.ts';

type App = ElectronMain['app'];
type Handler = Parameters<ElectronMain['protocol']['handle']>[1];

/** A frame, as far as it is looked at. */
export interface FrameDouble {
  url: string;
}

/** Doubles of Electron's classes. Each member is declared as Electron declares its own, so that a change there breaks here. */
export class ContentsDouble
  extends EventEmitter
  implements Pick<Electron.WebContents, 'isDestroyed' | 'reload' | 'send' | 'setWindowOpenHandler'>
{
  readonly sent: { channel: string; message: unknown }[] = [];
  readonly mainFrame: FrameDouble = { url: '' };
  openHandler: Parameters<Electron.WebContents['setWindowOpenHandler']>[0] | undefined;
  destroyed = false;

  isDestroyed: Electron.WebContents['isDestroyed'] = () => this.destroyed;
  /** set by whoever shows the page */
  onSend: Electron.WebContents['send'] | undefined;

  send: Electron.WebContents['send'] = (channel, ...args: unknown[]) => {
    if (this.onSend) this.onSend(channel, ...args);
    else this.sent.push({ channel, message: args[0] });
  };
  setWindowOpenHandler: Electron.WebContents['setWindowOpenHandler'] = (handler) =>
    void (this.openHandler = handler);
  reloads = 0;
  onReload: (() => void) | undefined;
  reload: Electron.WebContents['reload'] = () => {
    this.reloads++;
    this.onReload?.();
  };
}

type WindowVerbs =
  | 'show'
  | 'hide'
  | 'close'
  | 'destroy'
  | 'isFullScreen'
  | 'isVisible'
  | 'minimize'
  | 'setFullScreen'
  | 'focus'
  | 'restore'
  | 'maximize'
  | 'isMinimized'
  | 'isMaximized'
  | 'getNormalBounds'
  | 'loadURL';

export class WindowDouble extends EventEmitter implements Pick<Electron.BrowserWindow, WindowVerbs> {
  readonly webContents = new ContentsDouble();
  readonly calls: string[] = [];
  visible = false;
  /** set by whoever shows the page */
  onLoad: ((url: string) => void) | undefined;

  constructor(readonly options: BrowserWindowConstructorOptions) {
    super();
  }

  minimised = false;
  fullScreen = false;
  minimize: Electron.BrowserWindow['minimize'] = () => void (this.minimised = true);
  isFullScreen: Electron.BrowserWindow['isFullScreen'] = () => this.fullScreen;
  /** the system tells when its animation is over */
  setFullScreen: Electron.BrowserWindow['setFullScreen'] = (on) => void this.calls.push(`full screen ${on}`);
  destroy: Electron.BrowserWindow['destroy'] = () => this.#gone();
  isVisible: Electron.BrowserWindow['isVisible'] = () => this.visible;
  close: Electron.BrowserWindow['close'] = () => void this.clickClose();

  show: Electron.BrowserWindow['show'] = () => {
    this.visible = true;
  };
  hide: Electron.BrowserWindow['hide'] = () => {
    this.visible = false;
  };
  focus: Electron.BrowserWindow['focus'] = () => void this.calls.push('focus');
  restore: Electron.BrowserWindow['restore'] = () => void (this.minimised = false);
  maximize: Electron.BrowserWindow['maximize'] = () => void this.calls.push('maximize');
  isMinimized: Electron.BrowserWindow['isMinimized'] = () => this.minimised;
  isMaximized: Electron.BrowserWindow['isMaximized'] = () => false;
  getNormalBounds: Electron.BrowserWindow['getNormalBounds'] = () => ({
    x: 5,
    y: 6,
    width: 1000,
    height: 700,
  });
  loadURL: Electron.BrowserWindow['loadURL'] = async (url) => {
    if (this.onLoad) return this.onLoad(url);
    this.webContents.mainFrame.url = url;
    queueMicrotask(() => this.emit('ready-to-show'));
  };

  /** The user's click on the cross; answers whether the window is gone. */
  clickClose(): boolean {
    let prevented = false;
    this.emit('close', { preventDefault: () => (prevented = true) });
    if (prevented) return false;
    this.#gone();
    return true;
  }

  #gone(): void {
    this.webContents.destroyed = true;
    this.webContents.emit('destroyed');
    this.emit('closed');
  }
}

export class TrayDouble
  extends EventEmitter
  implements Pick<Electron.Tray, 'setImage' | 'setToolTip' | 'setContextMenu' | 'destroy'>
{
  tooltip = '';
  menu: MenuItemConstructorOptions[] = [];
  menusSet = 0;
  destroyed = false;

  constructor(public image: Electron.NativeImage | string) {
    super();
  }

  setImage: Electron.Tray['setImage'] = (image) => void (this.image = image);
  setToolTip: Electron.Tray['setToolTip'] = (tooltip) => void (this.tooltip = tooltip);
  setContextMenu: Electron.Tray['setContextMenu'] = (menu) => {
    this.menusSet++;
    this.menu = (menu as unknown as MenuDouble).template;
  };
  destroy: Electron.Tray['destroy'] = () => void (this.destroyed = true);

  get icon(): string {
    return (this.image as unknown as { path: string }).path;
  }

  item(label: string): MenuItemConstructorOptions {
    const found = this.menu.find((item) => item.label?.startsWith(label));
    if (!found) throw new Error(`no menu item ${label}: ${this.menu.map((item) => item.label).join(', ')}`);
    return found;
  }

  /** As the system does: a checkbox flips before its click is told. */
  click(label: string): void {
    const item = this.item(label);
    item.checked = item.type === 'checkbox' ? !item.checked : item.checked;
    item.click?.(item as never, undefined, {} as never);
  }
}

class MenuDouble {
  constructor(readonly template: MenuItemConstructorOptions[]) {}
}

const reversed = (text: string): Buffer => Buffer.from([...text].reverse().join(''));

/** One Electron, whose whole state can be looked at. */
export function electronDouble(folder: string) {
  const seen = {
    windows: [] as WindowDouble[],
    trays: [] as TrayDouble[],
    notifications: [] as NotificationConstructorOptions[],
    menu: [] as MenuItemConstructorOptions[],
    loginItem: null as Electron.Settings | null,
    privileged: [] as Electron.CustomScheme[],
    protocols: new Map<string, Handler>(),
    permission: null as Parameters<Electron.Session['setPermissionRequestHandler']>[0],
    permissionCheck: null as Parameters<Electron.Session['setPermissionCheckHandler']>[0],
    beforeRequest: null as Parameters<Electron.WebRequest['onBeforeRequest']>[0] | null,
    errors: [] as string[],
    /** what the user's browser was given */
    opened: [] as string[],
    relaunched: null as string | null,
    unlocked: false,
    exitCode: null as number | null,
    quits: 0,
    /** set by whoever shows the windows and ends the process */
    onWindow: undefined as ((window: WindowDouble) => void) | undefined,
    onQuit: undefined as ((code: number) => void) | undefined,
    /** set by a test: another instance runs */
    second: false,
    packaged: true,
    switches: new Set<string>(),
    appId: null as string | null,
    links: [] as string[],
    encryption: true,
    asyncEncryption: true,
    backend: 'gnome_libsecret' as ReturnType<Electron.SafeStorage['getSelectedStorageBackend']>,
    locale: 'en-GB',
    displays: [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }],
  };
  const paths: Record<string, string> = {
    appData: folder,
    userData: folder,
    exe: '/opt/kcptun desktop/kcptun-desktop',
  };

  class AppDouble
    extends EventEmitter
    implements
      Pick<
        App,
        | 'requestSingleInstanceLock'
        | 'whenReady'
        | 'getPath'
        | 'setPath'
        | 'getLocale'
        | 'getName'
        | 'getVersion'
        | 'relaunch'
        | 'releaseSingleInstanceLock'
        | 'setAppUserModelId'
        | 'exit'
        | 'quit'
      >
  {
    requestSingleInstanceLock: App['requestSingleInstanceLock'] = () => !seen.second;
    whenReady: App['whenReady'] = async () => undefined;
    getPath: App['getPath'] = (name) => paths[name];
    setPath: App['setPath'] = (name, path) => void (paths[name] = path);
    getLocale: App['getLocale'] = () => seen.locale;
    setAsDefaultProtocolClient: App['setAsDefaultProtocolClient'] = (scheme) => seen.links.push(scheme) > 0;
    setAppUserModelId: App['setAppUserModelId'] = (id) => void (seen.appId = id);
    commandLine = { hasSwitch: (name: string) => seen.switches.has(name) };
    get isPackaged(): boolean {
      return seen.packaged;
    }
    getName: App['getName'] = () => 'kcptun-desktop';
    getVersion: App['getVersion'] = () => '0.0.1';
    relaunch: App['relaunch'] = (options) => void (seen.relaunched = options?.execPath ?? null);
    releaseSingleInstanceLock: App['releaseSingleInstanceLock'] = () => void (seen.unlocked = true);
    setLoginItemSettings: App['setLoginItemSettings'] = (settings) => void (seen.loginItem = settings);
    exit: App['exit'] = (code = 0) => {
      seen.exitCode = code;
      seen.onQuit?.(code);
    };
    /** as Electron: asks everybody, closes the windows, and is gone unless somebody minds */
    quit: App['quit'] = () => {
      let prevented = false;
      this.emit('before-quit', { preventDefault: () => (prevented = true) });
      if (prevented) return;
      for (const window of seen.windows) window.clickClose();
      seen.quits++;
      seen.onQuit?.(0);
    };
  }

  const app = new AppDouble();
  const ipcMain = new EventEmitter();
  const powerMonitor = new EventEmitter();
  const electron = {
    app,
    ipcMain,
    powerMonitor,
    BrowserWindow: class extends WindowDouble {
      static getAllWindows = () => seen.windows.filter(({ webContents }) => !webContents.destroyed);
      constructor(options: BrowserWindowConstructorOptions) {
        super(options);
        seen.windows.push(this);
        seen.onWindow?.(this);
        app.emit('web-contents-created', {}, this.webContents);
      }
    },
    Tray: class extends TrayDouble {
      constructor(image: Electron.NativeImage | string) {
        super(image);
        seen.trays.push(this);
      }
    },
    Notification: class extends EventEmitter {
      static isSupported = () => true;
      constructor(readonly options: NotificationConstructorOptions) {
        super();
      }
      show(): void {
        seen.notifications.push(this.options);
      }
    },
    Menu: {
      buildFromTemplate: (template: MenuItemConstructorOptions[]) => new MenuDouble(template),
      setApplicationMenu: (menu: MenuDouble) => void (seen.menu = menu.template),
    },
    nativeTheme: { themeSource: 'system', shouldUseDarkColors: false },
    nativeImage: { createFromPath: (path: string) => ({ path, setTemplateImage: () => undefined }) },
    dialog: { showErrorBox: (_title: string, text: string) => void seen.errors.push(text) },
    protocol: {
      registerSchemesAsPrivileged: (schemes: Electron.CustomScheme[]) => void (seen.privileged = schemes),
      handle: (scheme: string, handler: Handler) => void seen.protocols.set(scheme, handler),
    },
    safeStorage: {
      isEncryptionAvailable: () => seen.encryption,
      getSelectedStorageBackend: () => seen.backend,
      encryptString: reversed,
      decryptString: (bytes: Buffer) => reversed(bytes.toString()).toString(),
      isAsyncEncryptionAvailable: async () => seen.asyncEncryption,
      encryptStringAsync: async (text: string) => reversed(text),
      decryptStringAsync: async (bytes: Buffer) => ({
        result: reversed(bytes.toString()).toString(),
        shouldReEncrypt: false,
      }),
    },
    screen: { getAllDisplays: () => seen.displays },
    shell: { openExternal: async (url: string) => void seen.opened.push(url) },
    // Electron's requests are Node's, as far as electron-updater uses them
    net: { request: (options: RequestOptions) => request(options) },
    autoUpdater: new EventEmitter(),
    session: {
      fromPartition: () => ({}),
      defaultSession: {
        setPermissionRequestHandler: (handler: typeof seen.permission) => void (seen.permission = handler),
        setPermissionCheckHandler: (handler: typeof seen.permissionCheck) =>
          void (seen.permissionCheck = handler),
        webRequest: {
          onBeforeRequest: (listener: typeof seen.beforeRequest) => void (seen.beforeRequest = listener),
        },
      },
    },
  };
  // the members above are typed one by one; as a whole Electron's classes have hundreds more
  return { electron: electron as unknown as ElectronMain, app, ipcMain, powerMonitor, seen };
}

export type Seen = ReturnType<typeof electronDouble>['seen'];
