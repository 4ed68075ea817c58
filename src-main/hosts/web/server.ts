import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { ApiCore } from '../../../shared/api.ts';
import { serveApi } from '../../../shared/api-server.ts';
import { WEB_PROTOCOL, WEB_SESSION_PATH } from '../../../shared/web.ts';
import type { WindowFiles } from '../../app/window-files.ts';
import { Guard } from './guard.ts';
import { socketTransport } from './socket-transport.ts';

/** The largest message from a window: a batch of imported files. */
const MAX_MESSAGE = 64 << 20;

/** What strangers on this machine may take of its descriptors and time; the rest is for tunnels. Times are ms. */
export const WEB_LIMITS = {
  /** connections without a window's socket; the oldest makes room for one more */
  connections: 64,
  windows: 32,
  /** a request must have come whole */
  requestMs: 10_000,
  /** a connection may rest between two requests */
  idleMs: 5_000,
  /** a window's socket must answer a ping */
  pingMs: 30_000,
  codeBytes: 256,
};

export interface WebServer {
  /** to be opened in a browser, once: then it is another one, which `onAddress` is given */
  readonly address: string;
  close(): Promise<void>;
}

/**
 * Serves the window and the API on 127.0.0.1, to pages of its own that were opened with the code printed last.
 * @param port 0 for any free one
 * @param onAddress told of each address that opens the next window, after the first
 * @throws {Error} EADDRINUSE and alike
 */
export async function serveWeb(
  core: ApiCore,
  files: WindowFiles,
  port: number,
  onAddress: (address: string) => void = () => undefined,
  limits = WEB_LIMITS,
): Promise<WebServer> {
  const server = createServer({
    headersTimeout: limits.requestMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.idleMs,
    connectionsCheckingInterval: Math.ceil(limits.requestMs / 10),
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  // what fails later, such as an accept without descriptors, fails for that connection alone
  server.on('error', () => undefined);
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('the web host has no port');
  const guard = new Guard(bound.port);
  const address = (): string => `http://127.0.0.1:${bound.port}/#code=${guard.code}`;
  const strangers = boundConnections(server, limits.connections);
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE,
    handleProtocols: () => WEB_PROTOCOL,
  });

  server.on('request', (request, response) => {
    if (!guard.host(request)) return refuse(response, 403, 'this host goes by 127.0.0.1 and localhost only');
    if (request.method === 'POST' && request.url === WEB_SESSION_PATH) {
      void exchange(guard, request, response, limits.codeBytes).then((taken) => {
        if (taken) onAddress(address());
      });
    } else
      serveFile(files, request, response).catch(() => refuse(response, 500, 'the file could not be read'));
  });
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    if (!guard.socket(request)) return turnAway(socket, '403 Forbidden');
    if (sockets.clients.size >= limits.windows) return turnAway(socket, '503 Service Unavailable');
    strangers.delete(socket);
    sockets.handleUpgrade(request, socket, head, (opened) =>
      serveApi(core, socketTransport(opened, limits.pingMs)),
    );
  });
  return {
    get address() {
      return address();
    },
    close: async () => {
      for (const socket of sockets.clients) socket.terminate();
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
        for (const socket of strangers) socket.destroy();
      });
    },
  };
}

/** The connections that are no window's, in the order in which they came: no more than `most`. */
function boundConnections(server: Server, most: number): Set<Duplex> {
  const open = new Set<Duplex>();
  server.on('connection', (socket: Duplex) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    if (open.size > most) for (const [oldest] of [open]) oldest.destroy();
  });
  return open;
}

/** Says why, and keeps nothing open for whoever does not close. */
function turnAway(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
}

/** Answers a code with a window's secret. @returns whether it was the right one */
async function exchange(
  guard: Guard,
  request: IncomingMessage,
  response: ServerResponse,
  most: number,
): Promise<boolean> {
  let code = '';
  try {
    for await (const chunk of request.setEncoding('latin1')) {
      code += chunk;
      if (code.length > most) break;
    }
  } catch {
    return false;
  }
  const secret = guard.page(request) ? guard.exchange(code) : null;
  if (secret === null) {
    refuse(response, 403, 'the code is not the one that was printed last');
    return false;
  }
  response.writeHead(200, { 'Content-Type': 'text/plain', 'Cache-Control': 'no-store' }).end(secret);
  return true;
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
