import { networkInterfaces } from 'node:os';

const POLL_MS = 4000;
/** Interfaces come up one by one and get addresses in between: wait until they have settled. */
const SETTLE_MS = 1000;
/** A poll so late means that the machine slept. */
const SLEPT_MS = 20_000;
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

export interface NetworkWatchDeps {
  interfaces: typeof networkInterfaces;
  /** milliseconds since 1970; unlike a monotonic clock it goes on while the machine sleeps */
  wallClock(): number;
}

/** Calls `onChange` when the network's interfaces have changed or the machine has slept. Idle until started. */
export class NetworkWatch {
  #timer: NodeJS.Timeout | undefined;
  #settling: NodeJS.Timeout | undefined;
  #last = '';
  #polledAt = 0;

  constructor(
    readonly onChange: (why: 'network-changed' | 'resumed') => void,
    readonly deps: NetworkWatchDeps = { interfaces: networkInterfaces, wallClock: Date.now },
  ) {}

  start(): void {
    if (this.#timer) return;
    this.#last = fingerprint(this.deps.interfaces());
    this.#polledAt = this.deps.wallClock();
    this.#timer = setInterval(this.#poll, POLL_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    clearTimeout(this.#settling);
    this.#timer = this.#settling = undefined;
  }

  readonly #poll = (): void => {
    const now = this.deps.wallClock();
    const slept = now - this.#polledAt >= SLEPT_MS;
    this.#polledAt = now;
    const current = fingerprint(this.deps.interfaces());
    const changed = current !== this.#last;
    this.#last = current;
    if (!slept && !changed) return;
    clearTimeout(this.#settling);
    this.#settling = setTimeout(this.onChange, SETTLE_MS, slept ? 'resumed' : 'network-changed');
  };
}
