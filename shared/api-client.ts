import type {
  CoreMessage,
  NotificationName,
  Notifications,
  RequestArgs,
  RequestMessage,
  RequestName,
  RequestResult,
  Transport,
} from './api.ts';
import { ApiError, fromErrorData } from './errors.ts';
import type { Unsubscribe } from './listeners.ts';

// Types alone are imported from the schema: the window needs no validator, and zod stays out of its bundle.

export interface ApiClient {
  /** Rejects with an `ApiError`. */
  request<N extends RequestName>(
    name: N,
    ...args: undefined extends RequestArgs<N> ? [args?: RequestArgs<N>] : [args: RequestArgs<N>]
  ): Promise<RequestResult<N>>;
  /** Calls `listener` at each notification of that name, until the function returned is called. */
  on<N extends NotificationName>(name: N, listener: (data: Notifications[N]) => void): Unsubscribe;
  /** Listens to the transport no more, and rejects what waits; so does the end of the transport. */
  close(): void;
}

export function createApiClient(transport: Transport): ApiClient {
  const waiting = new Map<number, { resolve(result: unknown): void; reject(error: ApiError): void }>();
  const listeners = new Map<NotificationName, Set<(data: never) => void>>();
  let lastId = 0;
  let closed = false;

  const ignore = transport.onMessage((raw) => {
    const message = raw as CoreMessage;
    if ('notification' in message) {
      for (const listener of listeners.get(message.notification) ?? []) listener(message.data as never);
      return;
    }
    const caller = waiting.get(message.id);
    waiting.delete(message.id);
    if ('error' in message) caller?.reject(fromErrorData(message.error));
    else caller?.resolve(message.result);
  });
  const close = (): void => {
    closed = true;
    ignore();
    forget();
    for (const { reject } of waiting.values()) reject(disconnected());
    waiting.clear();
  };
  const forget = transport.onClose(close);

  return {
    request: <N extends RequestName>(name: N, args?: RequestArgs<N>) =>
      new Promise<RequestResult<N>>((resolve, reject) => {
        if (closed) return reject(disconnected());
        const id = ++lastId;
        waiting.set(id, { resolve: (result) => resolve(result as RequestResult<N>), reject });
        const message: RequestMessage =
          args === undefined ? { id, request: name } : { id, request: name, args };
        transport.send(message);
      }),
    on: (name, listener) => {
      const set = listeners.get(name) ?? new Set();
      listeners.set(name, set.add(listener));
      return () => void set.delete(listener);
    },
    close,
  };
}

const disconnected = (): ApiError => new ApiError('disconnected', 'the connection to the core is closed');
