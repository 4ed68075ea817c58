import type { RawData, WebSocket } from 'ws';
import type { Transport } from '../../../shared/api.ts';

/** A window that takes nothing for so long that this much waits is dead, or may as well be. */
const MOST_WAITING = 32 << 20;

/**
 * Carries the API over one web socket, a JSON text each message.
 * @param pingMs a window that does not answer a ping within this time is gone
 */
export function socketTransport(socket: WebSocket, pingMs: number): Transport {
  // a connection that breaks is closed all the same, which is listened for
  socket.on('error', () => undefined);
  let answered = true;
  const pinging = setInterval(() => {
    if (!answered) return socket.terminate();
    answered = false;
    socket.ping();
  }, pingMs).unref();
  socket.on('pong', () => (answered = true)).on('close', () => clearInterval(pinging));
  return {
    send: (message) => {
      if (socket.readyState !== socket.OPEN) return;
      if (socket.bufferedAmount > MOST_WAITING) socket.terminate();
      else socket.send(JSON.stringify(message));
    },
    onMessage: (listener) => {
      const receive = (data: RawData): void => listener(parsed(data));
      socket.on('message', receive);
      return () => void socket.off('message', receive);
    },
    onClose: (listener) => {
      socket.on('close', listener);
      return () => void socket.off('close', listener);
    },
  };
}

/** What is no JSON is no request either: the API says so. */
function parsed(data: RawData): unknown {
  try {
    return JSON.parse(String(data));
  } catch {
    return null;
  }
}
