import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { WEB_PROTOCOL } from '../../../shared/web.ts';

/** Names by which this host may be addressed. A page that has rebound its own name to 127.0.0.1 still says its own. */
const NAMES = ['127.0.0.1', 'localhost'];
/** Windows remembered: the one that was let in first is forgotten when one more comes. */
const MOST_SECRETS = 64;

const secret = (): string => randomBytes(24).toString('base64url');

/**
 * Decides who may speak to the web host: only a page of its own that was opened with the code printed last.
 *
 * An address on a command line or in a browser's history can be read by others on the machine, so what it holds is
 * good for one exchange: the page gives the code and gets a secret, which it keeps in memory alone.
 */
export class Guard {
  readonly #hosts: readonly string[];
  /** in the order in which they were given out */
  readonly #secrets = new Set<string>();
  #code = secret();

  constructor(port: number) {
    this.#hosts = NAMES.map((name) => `${name}:${port}`);
  }

  /** What opens the next window. */
  get code(): string {
    return this.#code;
  }

  /** Whether the request was meant for this host, whatever address its name resolved to. */
  host({ headers }: IncomingMessage): boolean {
    return headers.host !== undefined && this.#hosts.includes(headers.host);
  }

  /** Whether it comes from a page of this host: browsers let any page try, and say truly which page it was. */
  page(request: IncomingMessage): boolean {
    return this.host(request) && request.headers.origin === `http://${request.headers.host}`;
  }

  /** Takes the code, which is good no more, for a window's secret; null for any other. */
  exchange(code: string): string | null {
    // 192 random bits, and gone once used: there is nothing to be learned from how long a comparison takes
    if (code !== this.#code) return null;
    this.#code = secret();
    const given = secret();
    this.#secrets.add(given);
    if (this.#secrets.size > MOST_SECRETS) for (const [first] of [this.#secrets]) this.#secrets.delete(first);
    return given;
  }

  /** Whether a web socket may be opened: the secret comes as its second protocol, which no address shows. */
  socket(request: IncomingMessage): boolean {
    const [protocol, given] = (request.headers['sec-websocket-protocol'] ?? '').split(/, */);
    return (
      this.page(request) && request.url === '/api' && protocol === WEB_PROTOCOL && this.#secrets.has(given)
    );
  }
}
