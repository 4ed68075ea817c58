import type { Transport } from '../../shared/api.ts';
import { createApiClient } from '../../shared/api-client.ts';
import { Core } from './core.svelte.ts';
import { openWebTransport } from './web-transport.ts';

/** What the Electron preload exposes; see src-main/hosts/electron/preload. */
declare global {
  interface Window {
    kcptun?: Transport;
  }
}

const RETRY_MS = 1500;

const isInApp = (): boolean => globalThis.window?.kcptun !== undefined;

/** The window's link to its core: Electron's bridge where there is one, else the socket of the page's own host. */
export class Link {
  /** null until the first snapshot is there */
  core: Core | null = $state.raw(null);
  /** the core is out of reach, and is tried again */
  lost = $state(false);

  constructor(
    readonly connect: () => Promise<Transport>,
    readonly retryMs = RETRY_MS,
    /** whether the core is the app that this window belongs to, and not a host with an address */
    readonly inApp = isInApp(),
  ) {}

  /** What the user may do while it is lost, if anything. */
  get advice(): 'restart' | 'address' | null {
    if (!this.lost) return null;
    if (this.inApp) return 'restart';
    return this.core ? null : 'address';
  }

  async open(): Promise<void> {
    try {
      const transport = await this.connect();
      const client = createApiClient(transport);
      const forget = transport.onClose(() => {
        forget();
        this.#again();
      });
      try {
        this.core = await Core.open(client);
      } catch (error) {
        // the transport may be the same at the next try
        forget();
        client.close();
        throw error;
      }
      this.lost = false;
    } catch {
      this.#again();
    }
  }

  #retry: ReturnType<typeof setTimeout> | undefined;
  #again(): void {
    this.lost = true;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => void this.open(), this.retryMs);
  }
}

export function connect(): Promise<Transport> {
  if (window.kcptun) return Promise.resolve(window.kcptun);
  return openWebTransport(location);
}
