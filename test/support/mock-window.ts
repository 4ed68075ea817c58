import { createApiClient } from '../../shared/api-client.ts';
import { serveApi } from '../../shared/api-server.ts';
import { Core } from '../../src-renderer/client/core.svelte.ts';
import { App } from '../../src-renderer/features/shell/app.svelte.ts';
import { MockCore, type MockTunnel } from './mock-core.ts';

/** The window's logic on a mock core, joined by the real schema, client and server; `cut` breaks the line. */
export async function openWindow(tunnels: MockTunnel[]): Promise<{
  mock: MockCore;
  core: Core;
  app: App;
  cut: () => void;
}> {
  const mock = new MockCore(tunnels);
  const toCore: ((message: unknown) => void)[] = [];
  const toWindow: ((message: unknown) => void)[] = [];
  const closed: (() => void)[] = [];
  // as a wire does: later, and as text
  const pass = (listeners: ((message: unknown) => void)[]) => (message: unknown) => {
    const text = JSON.stringify(message);
    queueMicrotask(() => listeners.forEach((listener) => listener(JSON.parse(text))));
  };
  const onClose = (listener: () => void) => void closed.push(listener);
  serveApi(mock, { send: pass(toWindow), onMessage: (listener) => void toCore.push(listener), onClose });
  const client = createApiClient({
    send: pass(toCore),
    onMessage: (listener) => void toWindow.push(listener),
    onClose,
  });
  const core = await Core.open(client);
  return { mock, core, app: new App(core), cut: () => closed.forEach((listener) => listener()) };
}
