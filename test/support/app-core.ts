import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Core } from '../../src-main/app/core.ts';
import { LogBook } from '../../src-main/app/log-book.ts';
import { type ConfFile, openConf } from '../../src-main/store/conf-file.ts';
import type { UpdateSource } from '../../src-main/app/updates.ts';
import type { SecretBox } from '../../src-main/store/secret-box.ts';
import { Store } from '../../src-main/store/store.ts';
import type { SpawnWorker } from '../../src-main/tunnels/tunnel.ts';
import type { HostCapabilities, Transport } from '../../shared/api.ts';
import { type ApiClient, createApiClient } from '../../shared/api-client.ts';
import { serveApi } from '../../shared/api-server.ts';
import { Listeners } from '../../shared/listeners.ts';
import { ProbeDouble } from './probe-double.ts';
import { WorkerDouble } from './worker-double.ts';

export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), 'kcptun-app-'));

const HOST: HostCapabilities = {
  kind: 'web',
  platform: 'linux',
  tray: false,
  loginItem: false,
  notifications: false,
  updates: 'none',
};

/** The real core on a real folder, with workers that do what the test says. */
export function appCore(
  folder: string,
  host: Partial<HostCapabilities> = {},
  keyring: SecretBox | null = null,
  /** the disk and the threads, where they are to fail */
  {
    conf = openConf(folder),
    spawn,
    updates,
  }: { conf?: ConfFile; spawn?: SpawnWorker; updates?: UpdateSource } = {},
) {
  const workers: WorkerDouble[] = [];
  const probes = new ProbeDouble();
  const store = new Store(conf, keyring, { logN: 10, r: 8, p: 1 });
  const log = new LogBook();
  const core = new Core({
    version: '1.2.3',
    host: { ...HOST, ...host },
    store,
    log,
    updates,
    counters: join(folder, 'counters'),
    probe: (target, setup = {}) => probes.ask(target, setup),
    spawn: (spec) => {
      if (spawn) return spawn(spec);
      const worker = new WorkerDouble(spec);
      workers.push(worker);
      return worker;
    },
  });
  return {
    core,
    store,
    log,
    workers,
    probes,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A window on a core, over a transport that is a pair of function calls; what crosses is JSON. */
export function openWindow(core: Core): { client: ApiClient; close: () => void; messages: () => number } {
  const toCore = new Listeners<[message: unknown]>();
  const toWindow = new Listeners<[message: unknown]>();
  const closed = new Listeners();
  let messages = 0;
  const copy = (message: unknown): unknown => JSON.parse(JSON.stringify(message));
  const atCore: Transport = {
    send: (message) => {
      if ('notification' in (message as object)) messages++;
      toWindow.call(copy(message));
    },
    onMessage: toCore.add,
    onClose: closed.add,
  };
  const atWindow: Transport = {
    send: (message) => toCore.call(copy(message)),
    onMessage: toWindow.add,
    onClose: closed.add,
  };
  const client = createApiClient(atWindow);
  serveApi(core, atCore);
  return { client, close: closed.call, messages: () => messages };
}
