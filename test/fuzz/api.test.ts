import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REQUESTS, type Transport } from '../../shared/api.ts';
import { serveApi } from '../../shared/api-server.ts';
import { ERROR_CODES } from '../../shared/errors.ts';
import { Listeners } from '../../shared/listeners.ts';
import { appCore, temporaryFolder } from '../support/app-core.ts';

let app: ReturnType<typeof appCore>;
beforeAll(() => void (app = appCore(temporaryFolder())));
afterAll(async () => {
  await app.core.close();
  app.remove();
});

/** What a window might send, from the plausible to the absurd. */
const value = fc.oneof(fc.jsonValue(), fc.constantFrom('demo', 'json', -1, 1e9, '\0', '__proto__'));
const args = fc.dictionary(
  fc.constantFrom(
    'id',
    'ids',
    'patch',
    'name',
    'options',
    'extra',
    'sources',
    'limit',
    'on',
    'undo',
    'theme',
    'format',
  ),
  value,
);
const message = fc.oneof(
  fc.jsonValue(),
  fc.record({ id: value, request: value, args }),
  fc.record({
    id: fc.nat(),
    // the demo would start threads and sockets
    request: fc.constantFrom(...Object.keys(REQUESTS).filter((name) => !name.startsWith('demo'))),
    args: fc.oneof(args, value),
  }),
);

describe('the API', () => {
  it('answers whatever comes, once, with a result or a known code', async () => {
    await fc.assert(
      fc.asyncProperty(message, async (sent) => {
        const messages = new Listeners<[message: unknown]>();
        const closed = new Listeners();
        const replies: { id?: unknown; error?: { code: string; message: string } }[] = [];
        const replied = new Promise<void>((resolve) => {
          const transport: Transport = {
            send: (reply) => {
              if ('notification' in (reply as object)) return;
              replies.push(JSON.parse(JSON.stringify(reply)) as (typeof replies)[number]);
              resolve();
            },
            onMessage: messages.add,
            onClose: closed.add,
          };
          serveApi(app.core, transport);
        });
        messages.call(sent);
        await replied;
        closed.call();
        expect(replies).toHaveLength(1);
        const [{ error }] = replies;
        if (!error) return;
        expect(ERROR_CODES).toContain(error.code);
        expect(error.code, error.message).not.toBe('internal');
      }),
      { numRuns: 1500 },
    );
  });
});
