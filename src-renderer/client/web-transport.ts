import type { Transport } from '../../shared/api.ts';

/** Carries the API over the web host's socket, one JSON text a message. Resolves once the socket is open. */
export function openWebTransport(url: string): Promise<Transport> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    socket.onerror = () => reject(new Error('the web socket could not be opened'));
    socket.onopen = () =>
      resolve({
        send: (message) => socket.send(JSON.stringify(message)),
        onMessage: (listener) =>
          socket.addEventListener('message', ({ data }) => listener(JSON.parse(String(data)))),
        onClose: (listener) => socket.addEventListener('close', listener),
      });
  });
}
