import { isProjectPage } from '../../../shared/project.ts';
import type { ElectronMain } from './electron-main.ts';

/** The window's own scheme: a page of the network or of the disk can never pass for it. */
export const SCHEME = 'app';
export const WINDOW_ORIGIN = `${SCHEME}://window`;
export const WINDOW_URL = `${WINDOW_ORIGIN}/index.html`;

/** Whether a URL is a page of our own. */
export const isOurs = (url: string): boolean => url.startsWith(`${WINDOW_ORIGIN}/`);

/** What no page may do, ours included: ask for permissions, open windows, frame others, or go elsewhere. */
export function lockDown({ app, session, shell }: Pick<ElectronMain, 'app' | 'session' | 'shell'>): void {
  session.defaultSession.setPermissionRequestHandler((_contents, permission, answer) =>
    answer(isAllowed(permission)),
  );
  session.defaultSession.setPermissionCheckHandler((_contents, permission) => isAllowed(permission));
  session.defaultSession.webRequest.onBeforeRequest(({ url }, answer) =>
    answer({ cancel: !(isOurs(url) || /^(data|blob|devtools):/.test(url)) }),
  );
  app.on('web-contents-created', (_event, contents) => {
    contents.setWindowOpenHandler(({ url }) => {
      // the links of our window, and no other address, open in the user's browser
      if (isProjectPage(url)) void shell.openExternal(url);
      return { action: 'deny' };
    });
    const stay = (event: { preventDefault(): void; url: string }): void => {
      if (event.url !== WINDOW_URL) event.preventDefault();
    };
    contents.on('will-navigate', stay);
    contents.on('will-frame-navigate', stay);
    contents.on('will-redirect', stay);
    contents.on('will-attach-webview', (event) => event.preventDefault());
  });
}

/** Copying a server command is the one thing the window asks of the system; reading the clipboard is not. */
const isAllowed = (permission: string): boolean => permission === 'clipboard-sanitized-write';
