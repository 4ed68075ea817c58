import { once } from 'node:events';
import { WebSocket } from 'ws';
import { WEB_PROTOCOL, WEB_SESSION_PATH } from '../../../shared/web.ts';

/**
 * Does what a browser does with an address that was printed, up to the first answer of the core.
 * @throws {Error} naming what was not served
 */
export async function visit(address: string): Promise<void> {
  const page = new URL(address);
  const html = await served(new URL('/', page));
  const [, script] = /<script[^>]* src="([^"]+)"/.exec(html) ?? [];
  if (!script) throw new Error('the page names no script');
  await served(new URL(script, page));
  const code = new URLSearchParams(page.hash.slice(1)).get('code') ?? '';
  const secret = await served(new URL(WEB_SESSION_PATH, page), { method: 'POST', body: code });
  const url = new URL('/api', page);
  url.protocol = 'ws:';
  const socket = new WebSocket(url, [WEB_PROTOCOL, secret], { origin: page.origin });
  try {
    await once(socket, 'open');
    socket.send(JSON.stringify({ id: 1, request: 'snapshot' }));
    const [answer] = (await once(socket, 'message')) as [Buffer];
    if (!('result' in JSON.parse(answer.toString()))) throw new Error(`the core answers ${answer}`);
  } finally {
    socket.terminate();
  }
}

async function served(url: URL, init: RequestInit = {}): Promise<string> {
  // as a page of its own asks
  const response = await fetch(url, { ...init, headers: { Origin: url.origin } });
  if (!response.ok) throw new Error(`${url.pathname} is answered with ${response.status}`);
  return response.text();
}
