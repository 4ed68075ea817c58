import { z } from 'zod';
import {
  type ApiCore,
  type CoreMessage,
  REQUESTS,
  type RequestHandlers,
  type RequestName,
  type Transport,
} from './api.ts';
import { ApiError, toErrorData } from './errors.ts';

const requestMessage = z.strictObject({
  id: z.number().int(),
  request: z.string().refine((name): name is RequestName => Object.hasOwn(REQUESTS, name)),
  args: z.unknown().optional(),
});

/**
 * Serves one window until its transport closes: validates every request, answers in any order, and passes on the
 * core's notifications.
 */
export function serveApi(core: ApiCore, transport: Transport): void {
  const { handlers, detach } = core.attach((notification, data) => transport.send({ notification, data }));
  const ignore = transport.onMessage((message) => {
    answer(handlers, message)
      .then((reply) => transport.send(reply))
      // a window that cannot be answered is gone
      .catch(detach);
  });
  const forget = transport.onClose(() => {
    forget();
    ignore();
    detach();
  });
}

async function answer(handlers: RequestHandlers, message: unknown): Promise<CoreMessage> {
  const envelope = requestMessage.safeParse(message);
  if (!envelope.success) {
    const id = (message as { id?: unknown } | null)?.id;
    const error = new ApiError('bad-request', 'the message is no request of this schema');
    return { id: typeof id === 'number' ? id : -1, error: toErrorData(error) };
  }
  const { id, request: name, args } = envelope.data;
  try {
    const parsed = REQUESTS[name].args.safeParse(args);
    if (!parsed.success) throw badArgument(name, parsed.error);
    // TypeScript cannot tie one name's handler to the same name's arguments; the table above does.
    const handler = handlers[name] as (args: unknown) => unknown;
    return { id, result: await handler(parsed.data) };
  } catch (error) {
    return { id, error: toErrorData(error) };
  }
}

/** zod says where and what was expected; it never repeats the value, which may hold a key. */
function badArgument(name: RequestName, error: z.ZodError): ApiError {
  const fields = error.issues.map((issue) => ({ field: issue.path.join('.'), message: issue.message }));
  const first = fields[0];
  return new ApiError('bad-argument', `${name}: ${first.field || 'argument'}: ${first.message}`, fields);
}
