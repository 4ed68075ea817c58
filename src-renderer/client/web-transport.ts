import type { Transport } from '../../shared/api.ts';
import { WEB_PROTOCOL, WEB_SESSION_PATH } from '../../shared/web.ts';

/** This window's way to be let in again, kept nowhere but here: a page that is loaded anew needs a new address. */
let secret: string | undefined;

/**
 * Carries the API over the web host's socket, one JSON text a message. Resolves once the socket is open.
 * @param page the page's address; the code in it is taken for a secret once, and then wiped from it
 */
export async function openWebTransport(page: Location): Promise<Transport> {
  const code = new URLSearchParams(page.hash.slice(1)).get('code');
  if (code) secret = (await exchange(code)) ?? secret;
  if (secret === undefined) throw new Error('the page was opened without a code that is good');
  const url = new URL('/api', page.href);
  url.protocol = url.protocol.replace('http', 'ws');
  return open(new WebSocket(url, [WEB_PROTOCOL, secret]));
}

/** The secret for a code; undefined where it is not the one that was printed last. Rejects where nobody answers. */
async function exchange(code: string): Promise<string | undefined> {
  const response = await fetch(WEB_SESSION_PATH, { method: 'POST', body: code });
  history.replaceState(null, '', location.pathname);
  return response.ok ? await response.text() : undefined;
}

function open(socket: WebSocket): Promise<Transport> {
  return new Promise((resolve, reject) => {
    socket.onerror = () => reject(new Error('the web socket could not be opened'));
    socket.onopen = () =>
      resolve({
        send: (message) => socket.send(JSON.stringify(message)),
        onMessage: (listener) => {
          const receive = ({ data }: MessageEvent): void => listener(JSON.parse(String(data)));
          socket.addEventListener('message', receive);
          return () => socket.removeEventListener('message', receive);
        },
        onClose: (listener) => {
          socket.addEventListener('close', listener);
          return () => socket.removeEventListener('close', listener);
        },
      });
  });
}
