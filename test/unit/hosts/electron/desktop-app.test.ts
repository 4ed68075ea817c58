import fs, { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { API_CHANNEL } from '../../../../src-main/hosts/electron/channel.ts';
import { APP_ID, DesktopApp, type DesktopDeps } from '../../../../src-main/hosts/electron/desktop-app.ts';
import { WINDOW_URL } from '../../../../src-main/hosts/electron/lockdown.ts';
import { openConf } from '../../../../src-main/store/conf-file.ts';
import type { Settings } from '../../../../shared/settings.ts';
import { appCore, temporaryFolder } from '../../../support/app-core.ts';
import { writeAsarHeader } from '../../../support/asar-header.ts';
import { electronDouble } from '../../../support/electron-double.ts';
import { updaterDouble } from '../../../support/updater-double.ts';

let folder = '';
let double: ReturnType<typeof electronDouble>;
let app: ReturnType<typeof appCore>;
let closes: string[];
let said: string[];
let updater: ReturnType<typeof updaterDouble>;

beforeEach(() => {
  vi.useFakeTimers({
    now: 1_000_000,
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'],
  });
  folder = temporaryFolder();
  mkdirSync(join(folder, 'dist', 'window'), { recursive: true });
  writeFileSync(join(folder, 'dist', 'window', 'index.html'), '<!doctype html>');
  double = electronDouble(folder);
  app = appCore(join(folder, 'data'), { kind: 'electron', loginItem: true });
  closes = [];
  said = [];
  updater = updaterDouble();
  trayIsThere = true;
  env = {};
  writeAsarHeader(join(folder, 'app.asar'), { files: {} });
});
afterEach(async () => {
  await app.core.close();
  vi.useRealTimers();
  app.remove();
});

/** set by a test */
let trayIsThere = true;
let env: NodeJS.ProcessEnv = {};

const desktop = (platform: NodeJS.Platform, argv: string[], open: DesktopDeps['openCore']): DesktopApp =>
  new DesktopApp({
    electron: double.electron,
    platform,
    env: { XDG_CONFIG_HOME: join(folder, 'xdg'), ...env },
    argv,
    resources: folder,
    plainFiles: fs,
    hasTray: async () => trayIsThere,
    root: folder,
    version: '1.2.3',
    openConf,
    openCore: open,
    loadUpdater: async () => updater.module,
    say: (line) => said.push(line),
  });

const launch = (platform: NodeJS.Platform = 'linux', argv: string[] = []): Promise<boolean> =>
  desktop(platform, argv, async () => ({
    core: app.core,
    store: app.store,
    close: async () => {
      closes.push('workers');
      await app.core.close();
    },
  })).start();

const settings = (patch: Partial<Settings>) =>
  void (app.store.settings = { ...app.store.settings, ...patch });
const addProfile = (name: string, id = name) =>
  void (app.store.profiles = [
    ...app.store.profiles,
    {
      id,
      name,
      colour: 'blue',
      autostart: false,
      options: { remoteaddr: 'example.com:29900', key: 'k' },
      extra: {},
      demo: false,
    },
  ]);
const tray = () => double.seen.trays[0];
const settle = () => vi.advanceTimersByTimeAsync(600);

describe('launch', () => {
  it('shows the window, sandboxed and isolated, from its own scheme', async () => {
    await launch();
    const [window] = double.seen.windows;
    expect(window.visible).toBe(true);
    expect(window.options.webPreferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
    });
    expect(window.webContents.mainFrame.url).toBe(WINDOW_URL);
    expect(double.seen.privileged).toMatchObject([
      { scheme: 'app', privileges: { secure: true, standard: true } },
    ]);
  });

  it('leaves at once when another instance runs', async () => {
    double.seen.second = true;
    await launch();
    expect(double.seen.exitCode).toBe(0);
    expect(double.seen.windows).toEqual([]);
    expect(double.seen.trays).toEqual([]);
  });

  it('shows the window when a second instance is started', async () => {
    await launch();
    double.seen.windows[0].clickClose();
    await settle();
    expect(double.seen.windows[0].visible).toBe(false);
    double.app.emit('second-instance', {}, ['kcptun-desktop']);
    expect(double.seen.windows[0].visible).toBe(true);
  });

  it('starts minimised where that is wanted', async () => {
    settings({ startMinimised: true });
    await launch();
    expect(double.seen.windows).toEqual([]);
    expect(double.seen.trays).toHaveLength(1);
    tray().click('Open');
    await settle();
    expect(double.seen.windows[0].visible).toBe(true);
  });

  it('shows the window, minimised or not, where tunnels wait for the passphrase', async () => {
    settings({ startMinimised: true });
    addProfile('Tokyo');
    app.store.profiles = app.store.profiles.map((one) => ({ ...one, autostart: true }));
    await app.store.setPassphrase('correct horse');
    app = appCore(join(folder, 'data'));
    app.core.restore();
    await launch();
    expect(double.seen.windows[0].visible).toBe(true);
  });

  it('says what is wrong when it cannot start, and leaves', async () => {
    const broken = async () => {
      throw new Error('the folder is in use');
    };
    expect(await desktop('linux', [], broken).start()).toBe(false);
    expect(double.seen.errors).toEqual(['the folder is in use']);
    expect(double.seen.exitCode).toBe(1);
  });

  it.each(['remote-debugging-port', 'remote-debugging-pipe', 'inspect', 'inspect-brk'])(
    'leaves at once when it is packaged and started with --%s',
    async (name) => {
      double.seen.switches.add(name);
      expect(await launch()).toBe(false);
      expect(double.seen.exitCode).toBe(1);
      expect(double.seen.windows).toEqual([]);
    },
  );

  it('can be looked into while it is not packaged, and only then', async () => {
    double.seen.packaged = false;
    double.seen.switches.add('remote-debugging-port');
    await launch();
    expect(double.seen.windows[0].options.webPreferences?.devTools).toBe(true);
  });

  it('has no developer tools when it is packaged', async () => {
    await launch();
    expect(double.seen.windows[0].options.webPreferences?.devTools).toBe(false);
  });

  it('shows its first paint, on the background of the theme, and no white before it', async () => {
    settings({ theme: 'dark' });
    (double.electron.nativeTheme as { shouldUseDarkColors: boolean }).shouldUseDarkColors = true;
    await launch();
    expect(double.electron.nativeTheme.themeSource).toBe('dark');
    const [window] = double.seen.windows;
    expect(window.options).toMatchObject({ show: false, backgroundColor: '#0f1216' });
    expect(window.visible).toBe(true);
  });

  it('keeps its data where --folder says', async () => {
    await launch('linux', ['--folder', join(folder, 'mine')]);
    expect(double.app.getPath('userData')).toBe(join(folder, 'mine'));
  });

  it('keeps its data in one folder whatever its package is called', async () => {
    await launch();
    expect(double.app.getPath('userData')).toBe(join(folder, 'kcptun-desktop'));
  });
});

describe('--smoke', () => {
  it('says what failed and leaves with 1, with no dialog that somebody would have to close', async () => {
    const broken = async () => {
      throw new Error('the folder is in use');
    };
    expect(await desktop('linux', ['--smoke', '--folder', folder], broken).start()).toBe(false);
    expect(said).toEqual(['smoke: the core: the folder is in use']);
    expect([double.seen.exitCode, double.seen.errors]).toEqual([1, []]);
  });

  it('shows nothing, and tells the system nothing of itself', async () => {
    const started = launch('win32', ['--smoke', '--folder', join(folder, 'aside')]);
    await settle();
    expect(double.seen.windows.map(({ visible }) => visible)).toEqual([false]);
    expect([double.seen.loginItem, double.seen.links]).toEqual([null, []]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await started).toBe(false);
    expect(said).toEqual(['smoke: the window: not within 60 s']);
    expect([double.seen.exitCode, closes]).toEqual([1, ['workers']]);
  });
});

describe('the tray', () => {
  it('lists every tunnel as a toggle that switches it', async () => {
    addProfile('Tokyo');
    addProfile('R&D');
    await launch();
    expect(tray().item('Tokyo')).toMatchObject({ type: 'checkbox', checked: false, label: 'Tokyo — Off' });
    expect(tray().item('R&&D').checked).toBe(false);
    tray().click('Tokyo');
    await settle();
    expect(app.workers).toHaveLength(1);
    expect(tray().item('Tokyo')).toMatchObject({ checked: true, label: 'Tokyo — Starting' });
    tray().click('Tokyo');
    await settle();
    expect(app.workers[0].received).toEqual([{ kind: 'close' }]);
    expect(tray().item('Tokyo').checked).toBe(false);
  });

  it('shows the overall state by another icon, and the rates in the tooltip', async () => {
    addProfile('Tokyo');
    addProfile('Rio');
    await launch();
    const icon = () => tray().icon.slice(folder.length);
    expect(icon()).toBe(join('/', 'assets', 'tray', 'linux', 'off.png'));
    tray().click('Connect all');
    await settle();
    expect(icon()).toContain('busy.png');
    for (const worker of app.workers) {
      worker.listen();
      worker.connect();
    }
    await settle();
    expect(icon()).toContain('connected.png');
    vi.setSystemTime(Date.now() + 1000);
    app.workers[0].tick(2_000_000, 500);
    await settle();
    expect(tray().tooltip).toMatch(/^kcptun desktop — Connected\nTokyo: ↓ [\d.]+ ↑ [\d.]+ Mbit\/s\nRio: /);
    app.workers[1].lose();
    await settle();
    expect(icon()).toContain('trouble.png');
    tray().click('Disconnect all');
    await settle();
    expect(icon()).toContain('off.png');
    expect(tray().tooltip).toBe('kcptun desktop — Off');
    expect(tray().item('Disconnect all').enabled).toBe(false);
  });

  it('does not rebuild the menu for a rate, which would close it under the pointer', async () => {
    addProfile('Tokyo');
    await launch();
    tray().click('Tokyo');
    await settle();
    app.workers[0].listen();
    app.workers[0].connect();
    await settle();
    const before = tray().menusSet;
    for (let i = 1; i <= 5; i++) {
      vi.setSystemTime(Date.now() + 1000);
      app.workers[0].tick(i * 1000);
      await settle();
    }
    expect(tray().menusSet).toBe(before);
  });

  it('uses template icons on macOS, where a click opens the menu', async () => {
    await launch('darwin');
    expect(tray().icon).toBe(join(folder, 'assets', 'tray', 'offTemplate.png'));
    expect(tray().listenerCount('click')).toBe(0);
  });

  it('has an Open item on every platform', async () => {
    await launch();
    expect(tray().menu[0].label).toBe('Open kcptun desktop');
  });

  it('puts a toggle right that the core has refused, and says why', async () => {
    addProfile('Bad');
    app.store.profiles = app.store.profiles.map((one) => ({ ...one, options: { mtu: 1 } }));
    await launch();
    tray().click('Bad');
    await settle();
    expect(tray().item('Bad').checked).toBe(false);
    expect(double.seen.notifications[0].body).toContain('mtu');
  });

  it('speaks Chinese where the system does, and changes live', async () => {
    double.seen.locale = 'zh-Hans-CN';
    addProfile('Tokyo');
    await launch();
    expect(tray().item('Tokyo').label).toBe('Tokyo — 已关闭');
    const window = double.seen.windows[0];
    const { mainFrame } = window.webContents;
    const event = { sender: window.webContents, senderFrame: mainFrame };
    double.ipcMain.emit(API_CHANNEL, event, { id: 1, request: 'settings.update', args: { language: 'en' } });
    await settle();
    expect(tray().item('Tokyo').label).toBe('Tokyo — Off');
    expect(double.seen.menu.some(({ label }) => label === 'File')).toBe(true);
  });
});

describe('closing and quitting', () => {
  it('hides the window when it is closed, and tells so once', async () => {
    await launch();
    const [window] = double.seen.windows;
    expect(window.clickClose()).toBe(false);
    await settle();
    expect(window.visible).toBe(false);
    expect(double.seen.notifications.map(({ title }) => title)).toEqual(['kcptun desktop keeps running']);
    tray().emit('click');
    expect(window.visible).toBe(true);
    window.clickClose();
    await settle();
    expect(double.seen.notifications).toHaveLength(1);
    expect(app.store.host.toldAboutTray).toBe(true);
    expect(double.seen.quits).toBe(0);
  });

  it('minimises the window where no tray is there to find it in, and tells so once', async () => {
    trayIsThere = false;
    await launch();
    const [window] = double.seen.windows;
    window.clickClose();
    await settle();
    expect([window.visible, window.minimised]).toEqual([true, true]);
    expect(double.seen.notifications.map(({ title }) => title)).toEqual(['kcptun desktop is minimised']);
    tray().click('Open');
    expect(window.minimised).toBe(false);
  });

  it('starts in the panel where it is to start minimised and no tray is there', async () => {
    trayIsThere = false;
    settings({ startMinimised: true });
    await launch();
    expect(double.seen.windows[0]).toMatchObject({ visible: false, minimised: true });
  });

  it('leaves full screen on macOS before it hides, which would leave a black Space', async () => {
    await launch('darwin');
    const [window] = double.seen.windows;
    window.fullScreen = true;
    window.clickClose();
    await settle();
    expect(window.calls).toContain('full screen false');
    expect(window.visible).toBe(true);
    window.fullScreen = false;
    window.emit('leave-full-screen');
    await settle();
    expect(window.visible).toBe(false);
  });

  it('loads the window again that has crashed, says so, and gives up on one that crashes at once', async () => {
    await launch();
    const [window] = double.seen.windows;
    const crash = () => window.webContents.emit('render-process-gone', {}, { reason: 'crashed' });
    crash();
    expect(window.webContents.reloads).toBe(1);
    expect(double.seen.notifications[0].title).toBe('The window has crashed and is loaded again');
    crash();
    expect(window.webContents.reloads).toBe(1);
    expect(window.webContents.destroyed).toBe(true);
    tray().click('Open');
    expect(double.seen.windows).toHaveLength(2);
  });

  it('remembers where the window was, and puts it there if a display still shows it', async () => {
    app.store.host = {
      toldAboutTray: true,
      windowPlace: { x: 40, y: 50, width: 1200, height: 800, maximised: true },
    };
    await launch();
    const [window] = double.seen.windows;
    expect(window.options).toMatchObject({ x: 40, y: 50, width: 1200, height: 800 });
    expect(window.calls).toContain('maximize');
    window.clickClose();
    expect(app.store.host.windowPlace).toEqual({ x: 5, y: 6, width: 1000, height: 700, maximised: false });
  });

  it('forgets a place on a display that is gone', async () => {
    app.store.host = {
      toldAboutTray: true,
      windowPlace: { x: 4000, y: 50, width: 1200, height: 800, maximised: false },
    };
    await launch();
    expect(double.seen.windows[0].options.x).toBeUndefined();
  });

  it('stops the tunnels before it quits, whoever asks and how often', async () => {
    addProfile('Tokyo');
    await launch();
    tray().click('Tokyo');
    await settle();
    tray().click('Quit');
    double.app.quit();
    expect(double.seen.quits).toBe(0);
    await settle();
    expect(closes).toEqual(['workers']);
    expect(app.workers[0].received).toEqual([{ kind: 'close' }]);
    expect(double.seen.quits).toBe(1);
    expect(tray().destroyed).toBe(true);
    expect(double.seen.windows[0].webContents.destroyed).toBe(true);
    // what was on comes back at the next start
    expect(app.store.running).toEqual(['Tokyo']);
  });
});

describe('the system', () => {
  it('redials after sleep', async () => {
    addProfile('Tokyo');
    await launch();
    tray().click('Tokyo');
    await settle();
    double.powerMonitor.emit('resume');
    vi.advanceTimersByTime(1000);
    expect(app.workers[0].received).toEqual([{ kind: 'redial' }]);
  });

  it('starts at login by an autostart entry on Linux, which quotes the path', async () => {
    await launch();
    const entry = join(folder, 'xdg', 'autostart', 'kcptun-desktop.desktop');
    expect(existsSync(entry)).toBe(false);
    tray().click('Start at login');
    await settle();
    expect(readFileSync(entry, 'utf8')).toContain('Exec="/opt/kcptun desktop/kcptun-desktop"\n');
    expect(app.store.settings.launchAtLogin).toBe(true);
    tray().click('Start at login');
    await settle();
    expect(existsSync(entry)).toBe(false);
  });

  it.each(['win32', 'darwin'] as const)('starts at login by a login item on %s', async (platform) => {
    await launch(platform);
    const path = '/opt/kcptun desktop/kcptun-desktop';
    expect(double.seen.loginItem).toEqual({ openAtLogin: false, path });
    tray().click('Start at login');
    await settle();
    expect(double.seen.loginItem).toEqual({ openAtLogin: true, path });
  });

  it('starts at login by the portable file, not by what it is unpacked to', async () => {
    env = { PORTABLE_EXECUTABLE_FILE: 'D:\\tools\\kcptun.exe' };
    await launch('win32');
    expect(double.seen.loginItem?.path).toBe('D:\\tools\\kcptun.exe');
  });

  it('is told to Windows by the name it is installed by', async () => {
    await launch('win32');
    expect(double.seen.appId).toBe(APP_ID);
    expect(readFileSync('electron-builder.yml', 'utf8')).toContain(`appId: ${APP_ID}\n`);
    expect(tray().icon).toBe(join(folder, 'assets', 'tray', 'off.ico'));
  });

  it('is no login item while it is run by Electron from a working copy', async () => {
    double.seen.packaged = false;
    await launch('win32');
    expect(double.seen.loginItem).toBeNull();
  });
});

describe('what the window may do', () => {
  const call = async (event: object, message: unknown) => {
    double.ipcMain.emit(API_CHANNEL, event, message);
    await settle();
  };
  const create = { id: 9, request: 'profiles.create', args: { name: 'from the window' } };

  it('serves the API to its own window', async () => {
    await launch();
    const { webContents } = double.seen.windows[0];
    await call({ sender: webContents, senderFrame: webContents.mainFrame }, create);
    expect(app.store.profiles.map(({ name }) => name)).toEqual(['from the window']);
    expect(webContents.sent).toContainEqual({
      channel: API_CHANNEL,
      message: { id: 9, result: expect.objectContaining({ name: 'from the window' }) },
    });
  });

  it('refuses every other sender', async () => {
    await launch();
    const { webContents } = double.seen.windows[0];
    const { mainFrame } = webContents;
    await call({ sender: {}, senderFrame: mainFrame }, create);
    await call({ sender: webContents, senderFrame: { url: WINDOW_URL } }, create);
    await call({ sender: webContents, senderFrame: null }, create);
    for (const url of [
      'https://evil.example/',
      'app://windows/index.html',
      'app://window.evil/',
      'file:///x',
      '',
    ]) {
      mainFrame.url = url;
      await call({ sender: webContents, senderFrame: mainFrame }, create);
    }
    expect(app.store.profiles).toEqual([]);
    expect(webContents.sent).toEqual([]);
  });

  it('starts anew for a page that is loaded again: what the old one followed is over', async () => {
    await launch();
    const { webContents } = double.seen.windows[0];
    const ours = { sender: webContents, senderFrame: webContents.mainFrame };
    await call(ours, { id: 1, request: 'log.follow', args: { on: true } });
    webContents.emit('did-start-navigation', { isMainFrame: true, isSameDocument: false });
    webContents.sent.length = 0;
    app.log.write('info', 'nobody follows');
    await settle();
    expect(webContents.sent).toEqual([]);
    await call(ours, create);
    expect(webContents.sent).toHaveLength(2);
  });

  it('denies permissions, new windows, navigation, webviews and the network', async () => {
    await launch();
    const { seen } = double;
    const { webContents } = seen.windows[0];
    const asked: boolean[] = [];
    for (const permission of [
      'media',
      'geolocation',
      'notifications',
      'clipboard-read',
      'openExternal',
    ] as const) {
      seen.permission?.({} as never, permission, (granted) => asked.push(granted), {} as never);
      asked.push(seen.permissionCheck?.({} as never, permission, '', {} as never) ?? true);
    }
    expect(asked.every((granted) => !granted)).toBe(true);
    expect(webContents.openHandler?.({ url: 'https://a.example' } as never)).toEqual({ action: 'deny' });

    const prevented = (name: string, url: string) => {
      let stopped = false;
      webContents.emit(name, { url, preventDefault: () => (stopped = true) });
      return stopped;
    };
    for (const name of ['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview']) {
      expect(prevented(name, 'https://a.example')).toBe(true);
    }
    expect(prevented('will-navigate', WINDOW_URL)).toBe(false);

    const cancelled = (url: string) => {
      let answer: Electron.CallbackResponse = {};
      seen.beforeRequest?.({ url } as Electron.OnBeforeRequestListenerDetails, (given) => (answer = given));
      return answer.cancel;
    };
    expect(
      ['https://a.example/', 'http://127.0.0.1/', 'file:///etc/passwd', 'ws://a'].map(cancelled),
    ).toEqual([true, true, true, true]);
    expect([WINDOW_URL, 'data:image/png;base64,'].map(cancelled)).toEqual([false, false]);
  });

  it('serves the built window and nothing else from its scheme', async () => {
    await launch();
    const serve = double.seen.protocols.get('app')!;
    const get = async (url: string) => (await serve({ url } as Request)) as Response;
    const page = await get(WINDOW_URL);
    expect(await page.text()).toBe('<!doctype html>');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect((await get('app://other/index.html')).status).toBe(404);
    expect((await get('app://window/../../data/kcptun-desktop.json')).status).toBe(404);
  });
});
