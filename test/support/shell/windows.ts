import { readFileSync } from 'node:fs';
import type { electronDouble, WindowDouble } from '../electron-double.ts';

/** What the shell's process asks of the one that shows its windows. All of it goes through structured clone. */
export type FromShell =
  | { kind: 'load'; window: number; url: string; preload: string }
  | { kind: 'send'; window: number; channel: string; args: unknown[] }
  | { kind: 'answer'; id: number; value?: unknown; error?: string };

export type ToShell =
  /** `ipcRenderer.send` in a frame of a window's page */
  | { kind: 'ipc'; window: number; mainFrame: boolean; url: string; channel: string; args: unknown[] }
  /** answered with what is to be done */
  | { kind: 'navigate'; id: number; window: number; url: string }
  | { kind: 'request'; id: number; url: string }
  | { kind: 'popup'; id: number; window: number; url: string }
  /** the source of a function of Electron's module, run in the shell's process */
  | { kind: 'evaluate'; id: number; source: string };

export type Served = { status: number; headers: Record<string, string>; body: Uint8Array } | 'cancelled';

/** Shows the windows of a double as pages of the process that forked this one. */
export function serveWindows({ electron, ipcMain, seen }: ReturnType<typeof electronDouble>): void {
  const tell = (message: FromShell): void => void process.send?.(message);
  const loading = new Map<WindowDouble, string>();

  seen.onWindow = (window) => {
    const at = seen.windows.indexOf(window);
    window.onLoad = (url) => {
      loading.set(window, url);
      const preload = readFileSync(window.options.webPreferences!.preload!, 'utf8');
      tell({ kind: 'load', window: at, url, preload });
    };
    window.webContents.onReload = () => window.onLoad?.(window.webContents.mainFrame.url);
    // what a renderer cannot be sent throws here, as it does in Electron
    window.webContents.onSend = (channel, ...args) =>
      tell({ kind: 'send', window: at, channel, args: structuredClone(args) });
  };
  seen.onQuit = (code) => process.exit(code);

  const asked: {
    [K in ToShell['kind']]: (message: Extract<ToShell, { kind: K }>) => unknown;
  } = {
    ipc: ({ window, mainFrame, url, channel, args }) => {
      const { webContents } = seen.windows[window];
      if (mainFrame) webContents.mainFrame.url = url;
      const senderFrame = mainFrame ? webContents.mainFrame : { url };
      ipcMain.emit(channel, { sender: webContents, senderFrame }, ...args);
    },
    navigate: ({ window: at, url }) => {
      const window = seen.windows[at];
      let prevented = false;
      const event = { url, preventDefault: () => (prevented = true) };
      if (loading.get(window) !== url) window.webContents.emit('will-navigate', event);
      loading.delete(window);
      if (prevented) return false;
      window.webContents.emit('did-start-navigation', { url, isMainFrame: true, isSameDocument: false });
      window.webContents.mainFrame.url = url;
      queueMicrotask(() => window.emit('ready-to-show'));
      return true;
    },
    request: async ({ url }): Promise<Served> => {
      let cancelled = false;
      const details = { url } as Electron.OnBeforeRequestListenerDetails;
      seen.beforeRequest?.(details, ({ cancel = false }) => (cancelled = cancel));
      const serve = seen.protocols.get(new URL(url).protocol.slice(0, -1));
      if (cancelled || !serve) return 'cancelled';
      const response = (await serve(new Request(url))) as Response;
      const body = new Uint8Array(await response.arrayBuffer());
      return { status: response.status, headers: Object.fromEntries(response.headers), body };
    },
    popup: ({ window, url }) => {
      const details = { url } as Electron.HandlerDetails;
      return seen.windows[window].webContents.openHandler?.(details).action ?? 'allow';
    },
    evaluate: ({ source }) => {
      const run = (0, eval)(`(${source})`) as (electron: object) => unknown;
      return run({ ...electron, seen });
    },
  };

  process.on('message', (message: ToShell) => {
    const work = async () => (asked[message.kind] as (message: ToShell) => unknown)(message);
    const answered = 'id' in message;
    void work().then(
      (value) => answered && tell({ kind: 'answer', id: message.id, value }),
      (error: Error) => {
        if (!answered) throw error;
        tell({ kind: 'answer', id: message.id, error: error.stack });
      },
    );
  });
  // whoever shows the windows is gone
  process.on('disconnect', () => process.exit(1));
}
