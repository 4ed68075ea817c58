/**
 * The engine without sockets: a client's session and a server's, joined by memory, in virtual time. Prints the CPU
 * of both ends for each 1350-byte datagram that carries data, and what they allocate, as JSON; `pipeline.ts` builds and
 * judges it.
 */
import { createCipheriv } from 'node:crypto';
import type { HeapProfiler } from 'node:inspector';
import { Session } from 'node:inspector/promises';
import { zeroCounters } from '../../shared/counters.ts';
import { type ClientOptions, defaultOptions } from '../../shared/options.ts';
import type { BatchPool, PacketBatch } from '../../src-main/engine/kernel/batch.ts';
import { dial } from '../../src-main/engine/session/dial.ts';
import { listen } from '../../src-main/engine/session/listen.ts';
import { engineContext } from '../../src-main/engine/session/context.ts';
import type {
  DatagramSocket,
  Peer,
  SocketOptions,
  SocketOwner,
} from '../../src-main/engine/transport/datagram-socket.ts';
import type { Network, ResolvedHost } from '../../src-main/engine/transport/network.ts';
import { seededRandom } from '../support/random.ts';
import { Simulation } from '../support/simulation.ts';

export interface PipelineRow {
  name: string;
  /** CPU microseconds of both ends for a data datagram */
  microseconds: number;
}
/** Where the steady state allocates: bytes of the heap for each MB carried, of both ends. */
export interface AllocationSite {
  site: string;
  bytesPerMegabyte: number;
}
export interface PipelineResult {
  /** CPU microseconds of the yardstick: a fixed piece of work of the same kind */
  yardstick: number;
  rows: PipelineRow[];
  /** with `nocomp`, largest first */
  allocations: AllocationSite[];
}

/** User and system time of this process so far. */
const cpuSoFar = (): number => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

const DELAY_MS = 1;
const MEGABYTES = 24;
const ROUNDS = 5;

/** The datagrams of one send, out of kernel memory: on the line. */
interface Flight {
  bytes: Uint8Array;
  lengths: Int32Array;
  from: Peer;
}

/** Two sockets whose batches reach the other a little later, whole. */
class Memory implements Network {
  readonly #ends = new Map<number, End>();
  constructor(readonly world: Simulation) {}

  async resolve(address: string): Promise<ResolvedHost[]> {
    return [{ address, family: 4 }];
  }
  async open(options: SocketOptions, pool: BatchPool, owner: SocketOwner): Promise<DatagramSocket> {
    const port = options.local?.port ?? 1;
    const end = new End(this, port, options.remote?.port, pool, owner);
    this.#ends.set(port, end);
    return end;
  }
  deliver(to: number, flight: Flight): void {
    this.world.after(DELAY_MS, () => this.#ends.get(to)?.arrived(flight));
  }
}

class End implements DatagramSocket {
  readonly kind = 'memory';
  readonly writable = true;
  readonly #inbox: Flight[] = [];
  #shown: PacketBatch | undefined;
  #from!: Peer;
  readonly #self: Peer;

  constructor(
    private readonly network: Memory,
    readonly localPort: number,
    private readonly remote: number | undefined,
    private readonly pool: BatchPool,
    private readonly owner: SocketOwner,
  ) {
    this.#self = { key: String(localPort), address: 'memory', port: localPort };
  }
  arrived(flight: Flight): void {
    this.#inbox.push(flight);
    this.owner.readable(false);
  }
  receive(): PacketBatch | undefined {
    if (this.#shown) this.pool.give(this.#shown);
    this.#shown = undefined;
    const flight = this.#inbox.shift();
    if (!flight) return undefined;
    this.#from = flight.from;
    const batch = (this.#shown = this.pool.take());
    batch.kernel.bytes.set(flight.bytes, batch.start);
    for (const length of flight.lengths) batch.push(length);
    return batch;
  }
  peer(): Peer {
    return this.#from;
  }
  send(batch: PacketBatch, to?: Peer): boolean {
    this.network.deliver(to?.port ?? this.remote!, {
      bytes: batch.kernel.bytes.slice(batch.start, batch.next),
      lengths: batch.lengths.slice(0, batch.count),
      from: this.#self,
    });
    return true;
  }
  close(): void {}
}

const ROWS: [string, Partial<ClientOptions>][] = [
  ['defaults', {}],
  ['nocomp', { nocomp: true }],
  ['nocomp, none, FEC 0', { nocomp: true, crypt: 'none', datashard: 0, parityshard: 0 }],
  ['nocomp, salsa20', { nocomp: true, crypt: 'salsa20' }],
  ['nocomp, aes-128-gcm', { nocomp: true, crypt: 'aes-128-gcm' }],
  ['nocomp, windows 8192', { nocomp: true, sndwnd: 8192, rcvwnd: 8192 }],
];

async function transfer(options: Partial<ClientOptions>): Promise<number> {
  const world = new Simulation(1);
  const network = new Memory(world);
  const make = (side: 'client' | 'server') => {
    const all = { ...defaultOptions(side), mode: 'fast3', sndwnd: 2048, rcvwnd: 2048, ...options };
    return engineContext(all as ClientOptions, world, zeroCounters());
  };
  const [client, server] = [make('client'), make('server')];
  const remote = { host: 'memory', minPort: 2, maxPort: 2 };
  let received = 0;
  let sum = 0;
  const listening = await listen(server, remote, network, (session) => {
    session.onStream = (stream) => {
      stream.onData = (chunk) => {
        received += chunk.length;
        sum = (sum + chunk[0] + chunk[chunk.length - 1]) | 0;
        stream.consumed(chunk.length);
      };
    };
  });
  const session = await dial(client, remote, network);
  const stream = session.mux.open();
  const random = seededRandom(3);
  const data = Uint8Array.from({ length: 65_536 }, () => random() * 256);
  const total = MEGABYTES * 1_000_000;
  let sent = 0;
  const fill = (): void => {
    while (sent < total) {
      sent += data.length;
      if (!stream.write(data)) return;
    }
  };
  stream.onDrain = fill;
  fill();
  const before = cpuSoFar();
  world.runSync(600_000, () => received >= total);
  const spent = cpuSoFar() - before;
  if (received < total || sum === 0) throw new Error(`${received} of ${total} bytes arrived`);
  session.close();
  listening.close();
  return spent / (total / 1350);
}

/** Native AES and plain integer work: what a slower machine does slower, too. */
function yardstick(): number {
  const before = cpuSoFar();
  const cipher = createCipheriv('aes-256-cbc', Buffer.alloc(32), Buffer.alloc(16)).setAutoPadding(false);
  const block = Buffer.alloc(43_520);
  for (let i = 0; i < 400; i++) cipher.update(block);
  const words = new Int32Array(4096);
  let x = 1;
  for (let i = 0; i < 12_000_000; i++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    words[x & 4095] += x;
  }
  return cpuSoFar() - before;
}

/** A sampled account of what a transfer allocates, what the collector has taken since included. */
async function allocations(options: Partial<ClientOptions>): Promise<AllocationSite[]> {
  const session = new Session();
  session.connect();
  await session.post('HeapProfiler.startSampling', {
    samplingInterval: 256,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  });
  await transfer(options);
  const { profile } = await session.post('HeapProfiler.stopSampling');
  session.disconnect();
  const sites = new Map<string, number>();
  const visit = (node: HeapProfiler.SamplingHeapProfileNode, caller: string): void => {
    const { functionName, url } = node.callFrame;
    // A built-in function is named with who called it.
    const site = url === '' ? `${functionName} in ${caller}` : functionName || `a function in ${caller}`;
    sites.set(site, (sites.get(site) ?? 0) + node.selfSize);
    for (const child of node.children) visit(child, site);
  };
  visit(profile.head, 'no function');
  return [...sites]
    .map(([site, bytes]) => ({ site, bytesPerMegabyte: Math.round(bytes / MEGABYTES) }))
    .sort((a, b) => b.bytesPerMegabyte - a.bytesPerMegabyte);
}

const best = new Map<string, number>();
let measure = Infinity;
for (let round = 0; round < ROUNDS; round++) {
  measure = Math.min(measure, yardstick());
  for (const [name, options] of ROWS) {
    best.set(name, Math.min(best.get(name) ?? Infinity, await transfer(options)));
  }
}
const result: PipelineResult = {
  yardstick: measure,
  rows: [...best].map(([name, microseconds]) => ({ name, microseconds })),
  allocations: await allocations({ nocomp: true }),
};
console.log(JSON.stringify(result));
