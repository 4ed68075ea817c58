import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { WebSocketServer } from 'ws';
import type { ApiCore } from '../../../shared/api.ts';
import { serveApi } from '../../../shared/api-server.ts';
import type { WindowFiles } from '../../app/window-files.ts';
import { Guard } from './guard.ts';
import { socketTransport } from './socket-transport.ts';

/** The largest message from a window: a batch of imported files. */
const MAX_MESSAGE = 64 << 20;

export interface WebServer {
  /** to be opened in a browser; holds the token */
  address: string;
  close(): Promise<void>;
}

/**
 * Serves the window and the API on 127.0.0.1, to pages of its own that know the token.
 * @param port 0 for any free one
 * @throws {Error} EADDRINUSE and alike
 */
export async function serveWeb(
  core: ApiCore,
  files: WindowFiles,
  port: number,
  token: string,
): Promise<WebServer> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('the web host has no port');
  const guard = new Guard(bound.port, token);
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE });
  server.on('request', (request, response) => {
    if (!guard.host(request)) return refuse(response, 403, 'this host goes by 127.0.0.1 and localhost only');
    serveFile(files, request, response).catch(() => refuse(response, 500, 'the file could not be read'));
  });
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    if (guard.socket(request)) {
      sockets.handleUpgrade(request, socket, head, (opened) => serveApi(core, socketTransport(opened)));
    } else socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
  return {
    address: `http://127.0.0.1:${bound.port}/#token=${token}`,
    close: async () => {
      for (const socket of sockets.clients) socket.terminate();
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
    },
  };
}

async function serveFile(
  files: WindowFiles,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return refuse(response, 405, 'only GET is served');
  const [pathname] = (request.url ?? '').split('?', 1);
  const file = await files.read(pathname, `ws://${request.headers.host}`);
  if (!file) return refuse(response, 404, 'no such file');
  response.writeHead(200, { ...file.headers, 'Content-Length': file.bytes.length });
  response.end(request.method === 'HEAD' ? undefined : file.bytes);
}

function refuse(response: ServerResponse, status: number, reason: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${reason}\n`);
}
