import { AddressError, type HostPorts, parseAddress } from '../../shared/address.ts';
import type { Notify, ParsedArgs } from '../../shared/api.ts';
import { ApiError } from '../../shared/errors.ts';
import type { ProbeReport } from '../../shared/probe.ts';
import { EngineError } from '../engine/errors.ts';
import { cryptsFrom, type ProbeServer } from './diagnoser.ts';

/** The probes that one window has asked for, by the ids it gave them. */
export class WindowProbes {
  readonly #running = new Map<string, AbortController>();

  constructor(
    readonly probe: ProbeServer,
    readonly notify: Notify,
  ) {}

  /** @throws ApiError bad-argument, not-resolved, unsupported */
  async run({ id, remoteaddr, key, crypt }: ParsedArgs<'probe.run'>): Promise<ProbeReport> {
    const remote = dialledAddress(remoteaddr);
    this.stop(id);
    const asking = new AbortController();
    this.#running.set(id, asking);
    try {
      return await this.probe(
        { remote, key, crypts: cryptsFrom(crypt), depth: 'all' },
        { signal: asking.signal, onProgress: (progress) => this.notify('probe', { id, ...progress }) },
      );
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      throw new ApiError(error.code === 'resolve-failed' ? 'not-resolved' : 'unsupported', error.message);
    } finally {
      if (this.#running.get(id) === asking) this.#running.delete(id);
    }
  }

  /** Ends it with what is known so far; one that has ended is no error. */
  stop(id: string): void {
    this.#running.get(id)?.abort();
  }

  stopAll(): void {
    for (const id of this.#running.keys()) this.stop(id);
  }
}

/** @throws ApiError bad-argument */
export function dialledAddress(remoteaddr: string): HostPorts {
  try {
    return parseAddress(remoteaddr, { use: 'dial', portRange: true }) as HostPorts;
  } catch (error) {
    if (!(error instanceof AddressError)) throw error;
    throw new ApiError('bad-argument', `remoteaddr: ${error.message}`, [
      { field: 'remoteaddr', message: error.message },
    ]);
  }
}
