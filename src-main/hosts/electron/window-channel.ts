import type { ApiCore, Transport } from '../../../shared/api.ts';
import { serveApi } from '../../../shared/api-server.ts';
import { Listeners } from '../../../shared/listeners.ts';
import { API_CHANNEL } from './channel.ts';
import type { ElectronMain } from './electron-main.ts';
import { isOurs } from './lockdown.ts';

/** Only the main frame of this very window, while it shows our own page, is listened to. */
export function isOurSender(
  { sender, senderFrame }: Pick<Electron.IpcMainEvent, 'sender' | 'senderFrame'>,
  contents: Electron.WebContents,
): boolean {
  return (
    sender === contents &&
    senderFrame !== null &&
    senderFrame === contents.mainFrame &&
    isOurs(senderFrame.url)
  );
}

/** Serves the API to one window over IPC, anew for each page it loads. */
export function serveWindow(
  core: ApiCore,
  contents: Electron.WebContents,
  { ipcMain }: Pick<ElectronMain, 'ipcMain'>,
): void {
  const messages = new Listeners<[message: unknown]>();
  const closed = new Listeners();
  const transport: Transport = {
    send: (message) => {
      if (!contents.isDestroyed()) contents.send(API_CHANNEL, message);
    },
    onMessage: messages.add,
    onClose: closed.add,
  };
  const listener = (event: Electron.IpcMainEvent, message: unknown): void => {
    if (isOurSender(event, contents)) messages.call(message);
  };
  const serve = (): void => {
    closed.call();
    serveApi(core, transport);
  };
  ipcMain.on(API_CHANNEL, listener);
  contents.on('did-start-navigation', ({ isMainFrame, isSameDocument }) => {
    if (isMainFrame && !isSameDocument) serve();
  });
  contents.once('destroyed', () => {
    ipcMain.off(API_CHANNEL, listener);
    closed.call();
  });
  serve();
}
