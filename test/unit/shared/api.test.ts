import { describe, expect, it } from 'vitest';
import type { ApiCore, Notify, RequestHandlers, Transport } from '../../../shared/api.ts';
import { createApiClient } from '../../../shared/api-client.ts';
import { serveApi } from '../../../shared/api-server.ts';
import { ApiError } from '../../../shared/errors.ts';
import { Listeners } from '../../../shared/listeners.ts';
import { DEFAULT_SETTINGS } from '../../../shared/settings.ts';

/** Two transports back to back that carry JSON, as the socket does. */
function pair(): { window: Transport & { close(): void }; core: Transport } {
  const ends = [0, 1].map(() => ({ messages: new Listeners<[message: unknown]>(), closed: new Listeners() }));
  const end = (mine: number, other: number) => ({
    send: (message: unknown) => {
      const text = JSON.stringify(message);
      queueMicrotask(() => ends[other].messages.call(JSON.parse(text)));
    },
    onMessage: ends[mine].messages.add,
    onClose: ends[mine].closed.add,
    close: () => ends.forEach(({ closed }) => closed.call()),
  });
  return { window: end(0, 1), core: end(1, 0) };
}

/** A core that answers only what a test gives it. */
function coreWith(handlers: Partial<RequestHandlers>): ApiCore & { notify: Notify; attached: number } {
  const core = {
    attached: 0,
    notify: (() => undefined) as Notify,
    attach(notify: Notify) {
      core.notify = notify;
      core.attached++;
      return { handlers: handlers as RequestHandlers, detach: () => void core.attached-- };
    },
  };
  return core;
}

function connect(handlers: Partial<RequestHandlers>) {
  const core = coreWith(handlers);
  const ends = pair();
  serveApi(core, ends.core);
  return { core, ends, client: createApiClient(ends.window) };
}

const failure = async (promise: Promise<unknown>): Promise<ApiError> => {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ApiError)) throw new Error('expected an ApiError');
  return error;
};

describe('the API', () => {
  it('answers a request with defaults filled in', async () => {
    const seen: unknown[] = [];
    const { client } = connect({
      'log.tail': (args) => {
        seen.push(args);
        return [];
      },
    });
    expect(await client.request('log.tail', {})).toEqual([]);
    expect(seen).toEqual([{ limit: 1000 }]);
  });

  it('refuses an argument of the wrong type, naming the field and never the value', async () => {
    const { client } = connect({ 'tunnels.start': () => expect.unreachable() });
    const error = await failure(client.request('tunnels.start', { id: 7 as unknown as string }));
    expect(error.code).toBe('bad-argument');
    expect(error.fields.map(({ field }) => field)).toEqual(['id']);
    const secret = await failure(
      client.request('profiles.create', { name: 'x', options: { key: ['hunter2'] } as never }),
    );
    expect(secret.fields[0].field).toBe('options.key');
    expect(JSON.stringify(secret.fields) + secret.message).not.toContain('hunter2');
  });

  it('refuses keys the schema does not have', async () => {
    const { client } = connect({ 'settings.update': () => DEFAULT_SETTINGS });
    const error = await failure(client.request('settings.update', { them: 'dark' } as never));
    expect(error.code).toBe('bad-argument');
  });

  it('carries the code and fields of an error', async () => {
    const thrown = new ApiError('bad-option', 'mtu: 20 is below 50', [
      { field: 'mtu', message: 'at least 50' },
    ]);
    const { client } = connect({
      'tunnels.start': () => {
        throw thrown;
      },
    });
    const error = await failure(client.request('tunnels.start', { id: 'a' }));
    expect([error.code, error.message, error.fields]).toEqual([thrown.code, thrown.message, thrown.fields]);
  });

  it.each([
    null,
    'text',
    7,
    {},
    { id: 1, request: 'nope' },
    { id: 1, request: 'toString' },
    { id: 1, request: '__proto__' },
    { id: 1, request: 'snapshot', more: 1 },
  ])('answers %j with bad-request', async (message) => {
    const ends = pair();
    serveApi(coreWith({}), ends.core);
    const reply = new Promise((resolve) => ends.window.onMessage(resolve));
    ends.window.send(message);
    expect(await reply).toMatchObject({ error: { code: 'bad-request' } });
  });

  it('passes notifications to those who listen, until they stop', async () => {
    const { core, client } = connect({ 'tunnels.stopAll': () => undefined });
    const seen: unknown[] = [];
    const off = client.on('notices', (notices) => seen.push(notices));
    core.notify('notices', []);
    await client.request('tunnels.stopAll');
    off();
    core.notify('notices', []);
    await client.request('tunnels.stopAll');
    expect(seen).toEqual([[]]);
  });

  it('detaches from the core and rejects what waits when the transport closes', async () => {
    const { core, ends, client } = connect({ 'tunnels.stopAll': () => new Promise(() => undefined) });
    expect(core.attached).toBe(1);
    const waiting = failure(client.request('tunnels.stopAll'));
    ends.window.close();
    expect(core.attached).toBe(0);
    expect((await waiting).code).toBe('disconnected');
    expect((await failure(client.request('tunnels.stopAll'))).code).toBe('disconnected');
  });
});
