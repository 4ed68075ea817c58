import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { WebSocketServer } from 'ws';
import { serveApi } from '../../shared/api-server.ts';
import { WEB_SESSION_PATH } from '../../shared/web.ts';
import { socketTransport } from '../../src-main/hosts/web/socket-transport.ts';
import type { MockCore } from './mock-core.ts';

const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.woff2': 'font/woff2',
};

export interface MockHost {
  url: string;
  close(): Promise<void>;
}

/** Serves the built window and a mock core on loopback to whoever brings a code, ticking once a second. */
export async function serveMock(core: MockCore, folder: string): Promise<MockHost> {
  const server = createServer((request, response) => {
    if (request.url === WEB_SESSION_PATH) return void response.end('secret');
    const path = normalize(new URL(request.url ?? '/', 'http://x').pathname);
    const file = path === '/' ? '/index.html' : path;
    readFile(join(folder, file)).then(
      (body) =>
        response.setHeader('content-type', TYPES[extname(file)] ?? 'application/octet-stream').end(body),
      () => response.writeHead(404).end(),
    );
  });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) => {
    serveApi(core, socketTransport(socket, 60_000));
  });
  const timer = setInterval(() => core.tick(), 1000);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/#code=any`,
    close: async () => {
      clearInterval(timer);
      for (const client of sockets.clients) client.terminate();
      sockets.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
