import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Names by which this host may be addressed. A page that has rebound its own name to 127.0.0.1 still says its own. */
const NAMES = ['127.0.0.1', 'localhost'];

/** Decides who may speak to the web host: only a page of its own, that knows the token it has printed. */
export class Guard {
  readonly #hosts: readonly string[];
  readonly #token: Buffer;

  constructor(port: number, token: string) {
    this.#hosts = NAMES.map((name) => `${name}:${port}`);
    this.#token = Buffer.from(token);
  }

  /** Whether the request was meant for this host, whatever address its name resolved to. */
  host({ headers }: IncomingMessage): boolean {
    return headers.host !== undefined && this.#hosts.includes(headers.host);
  }

  /** Whether a web socket may be opened: browsers let any page try, and say truly which page it was. */
  socket(request: IncomingMessage): boolean {
    if (!this.host(request) || request.headers.origin !== `http://${request.headers.host}`) return false;
    const [path, query] = (request.url ?? '').split('?', 2);
    const given = Buffer.from(new URLSearchParams(query).get('token') ?? '');
    return path === '/api' && given.length === this.#token.length && timingSafeEqual(given, this.#token);
  }
}
