import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
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

/** Nothing remote, nothing inline, nobody's frame. @param socket the one web socket the page may open, if any */
const policy = (socket: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src 'self' ${socket}`.trim(),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

export interface WindowFile {
  bytes: Buffer<ArrayBuffer>;
  headers: Record<string, string>;
}

/** The files of the built window, which are listed once: what is not in the list does not exist. */
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

  /** What answers a request for a URL's path. */
  async response(path: string): Promise<Response> {
    const file = await this.read(path);
    return file ? new Response(file.bytes, { headers: file.headers }) : new Response(null, { status: 404 });
  }

  /** The file at a URL's path with the headers it goes out with, or null where there is none. */
  async read(path: string, socket = ''): Promise<WindowFile | null> {
    const file = this.#files.get(path);
    if (!file) return null;
    const headers = {
      'Content-Type': TYPES[extname(file)],
      // the names of the assets hold their hash, the page itself does not
      'Cache-Control': path.startsWith('/assets/') ? 'max-age=31536000, immutable' : 'no-store',
      'Content-Security-Policy': policy(socket),
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Resource-Policy': 'same-origin',
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
      'X-Frame-Options': 'DENY',
    };
    return { bytes: await readFile(file), headers };
  }
}
