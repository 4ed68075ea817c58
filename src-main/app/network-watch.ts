import { networkInterfaces } from 'node:os';

const POLL_MS = 4000;
/** Interfaces come up one by one and get addresses in between: wait until they have settled. */
const SETTLE_MS = 1000;
/** A poll so late means that the machine slept. */
const SLEPT_MS = 20_000;
/** The system and the clock tell of the same sleep within this time. */
const SAME_SLEEP_MS = 10_000;
/** Interfaces of containers and virtual machines come and go without the way to the server changing. */
const VIRTUAL = /^(veth|docker|br-|virbr|vnet|cni|flannel|cali)/;

/** Every address of this machine by which a server may be reached, as one comparable text. */
export function fingerprint(interfaces: ReturnType<typeof networkInterfaces>): string {
  return Object.entries(interfaces)
    .filter(([name]) => !VIRTUAL.test(name))
    .flatMap(([name, addresses = []]) =>
      addresses
        .filter(({ internal, address }) => !internal && !address.startsWith('fe80'))
        .map(({ address }) => `${name} ${address}`),
    )
    .sort()
    .join('\n');
}

export type NetworkChange = 'network-changed' | 'resumed';
/** For the log. */
export const NETWORK_CHANGES: Record<NetworkChange, string> = {
  'network-changed': "the network's interfaces have changed",
  resumed: 'back from sleep',
};

export interface NetworkWatchDeps {
  interfaces: typeof networkInterfaces;
  /** milliseconds since 1970; unlike a monotonic clock it goes on while the machine sleeps */
  wallClock(): number;
}

/**
 * Calls `onChange` when the network's interfaces have changed or the machine has slept: once a change, however many
 * tell of it. Idle until started.
 */
export class NetworkWatch {
  #timer: NodeJS.Timeout | undefined;
  #settling: NodeJS.Timeout | undefined;
  #last = '';
  #polledAt = 0;
  #wokeAt = -Infinity;

  constructor(
    readonly onChange: (why: NetworkChange) => void,
    readonly deps: NetworkWatchDeps = { interfaces: networkInterfaces, wallClock: Date.now },
  ) {}

  start(): void {
    if (this.#timer) return;
    this.#last = this.#fingerprint();
    this.#polledAt = this.deps.wallClock();
    this.#wokeAt = -Infinity;
    this.#timer = setInterval(this.#poll, POLL_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    clearTimeout(this.#settling);
    this.#timer = this.#settling = undefined;
  }

  /** The host says that the machine is back from sleep. */
  resumed(): void {
    if (this.#timer) this.#look(true);
  }

  readonly #poll = (): void => this.#look(this.deps.wallClock() - this.#polledAt >= SLEPT_MS);

  #look(awake: boolean): void {
    const now = this.deps.wallClock();
    this.#polledAt = now;
    const slept = awake && Math.abs(now - this.#wokeAt) >= SAME_SLEEP_MS;
    if (slept) this.#wokeAt = now;
    const current = this.#fingerprint();
    const changed = current !== this.#last;
    this.#last = current;
    if (!slept && !changed) return;
    clearTimeout(this.#settling);
    this.#settling = setTimeout(this.onChange, SETTLE_MS, slept ? 'resumed' : 'network-changed');
  }

  /** What cannot be read has not changed: a system out of descriptors is no other network. */
  #fingerprint(): string {
    try {
      return fingerprint(this.deps.interfaces());
    } catch {
      return this.#last;
    }
  }
}
