import { createApiClient } from '../../shared/api-client.ts';
import { serveApi } from '../../shared/api-server.ts';
import { Listeners } from '../../shared/listeners.ts';
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
  const toCore = new Listeners<[message: unknown]>();
  const toWindow = new Listeners<[message: unknown]>();
  const closed = new Listeners();
  // as a wire does: later, and as text
  const pass = (listeners: Listeners<[message: unknown]>) => (message: unknown) => {
    const text = JSON.stringify(message);
    queueMicrotask(() => listeners.call(JSON.parse(text)));
  };
  serveApi(mock, { send: pass(toWindow), onMessage: toCore.add, onClose: closed.add });
  const client = createApiClient({
    send: pass(toCore),
    onMessage: toWindow.add,
    onClose: closed.add,
  });
  const core = await Core.open(client);
  return { mock, core, app: new App(core), cut: closed.call };
}
