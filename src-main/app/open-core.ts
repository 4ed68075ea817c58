import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { HostCapabilities } from '../../shared/api.ts';
import { probeServer } from '../engine/probe/index.ts';
import type { ConfFile } from '../store/conf-file.ts';
import { openStore } from '../store/open-store.ts';
import type { SystemBox } from '../store/secret-box.ts';
import type { Store } from '../store/store.ts';
import { Core } from './core.ts';
import { lockFolder } from './folder-lock.ts';
import { LogBook } from './log-book.ts';
import { packageRoot } from './package-root.ts';
import { RotatingFile } from './rotating-file.ts';
import type { UpdateSource } from './updates.ts';

export interface OpenCore {
  /** holds the settings file and the log */
  folder: string;
  openConf(folder: string): ConfFile;
  /** null where the system has none */
  keyring: SystemBox | null;
  host: HostCapabilities;
  updates?: UpdateSource;
  version: string;
}

export interface OpenedCore {
  core: Core;
  store: Store;
  /** stops every tunnel, and lets the folder go */
  close(): Promise<void>;
}

/**
 * The core on this machine's disk and threads, with what was on brought up again.
 * @throws ApiError storage-failed where the folder is in use or cannot be written
 */
export async function openCore({
  folder,
  openConf,
  keyring,
  host,
  updates,
  version,
}: OpenCore): Promise<OpenedCore> {
  const unlock = await lockFolder(folder);
  try {
    const store = await openStore(openConf(folder), keyring);
    const log = new LogBook(new RotatingFile(join(folder, 'logs', 'kcptun-desktop.log')));
    const worker = join(packageRoot(), 'dist', 'node', 'worker.js');
    const core = new Core({
      version,
      host,
      updates,
      store,
      log,
      counters: join(folder, 'counters'),
      probe: probeServer,
      spawn: (workerData) => new Worker(worker, { workerData, name: 'tunnel' }),
    });
    core.restore();
    return { core, store, close: () => core.close().finally(unlock) };
  } catch (error) {
    await unlock();
    throw error;
  }
}
