import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, sep } from 'node:path';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
};

/** Nothing remote, nothing inline, nobody's frame. */
const policy = (host: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src 'self' ws://${host}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

/** Serves the files of the built window, which are listed once: what is not in the list does not exist. */
export class WindowFiles {
  readonly #files = new Map<string, string>();

  /** @throws {Error} when the window is not built */
  constructor(folder: string) {
    if (!existsSync(join(folder, 'index.html'))) {
      throw new Error(`the window is not built: ${folder} has no index.html; run 'npm run build'`);
    }
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      if (extname(name) in TYPES) this.#files.set(`/${name.replaceAll(sep, '/')}`, join(folder, name));
    }
    this.#files.set('/', join(folder, 'index.html'));
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://host');
    const path = this.#files.get(pathname);
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return refuse(response, 405, 'only GET is served');
    if (!path) return refuse(response, 404, 'no such file');
    const bytes = await readFile(path);
    response.writeHead(200, {
      'Content-Type': TYPES[extname(path)],
      'Content-Length': bytes.length,
      // the names of the assets hold their hash, the page itself does not
      'Cache-Control': pathname.startsWith('/assets/') ? 'max-age=31536000, immutable' : 'no-store',
      'Content-Security-Policy': policy(request.headers.host ?? ''),
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Resource-Policy': 'same-origin',
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
      'X-Frame-Options': 'DENY',
    });
    response.end(request.method === 'HEAD' ? undefined : bytes);
  }
}

export function refuse(response: ServerResponse, status: number, reason: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${reason}\n`);
}
