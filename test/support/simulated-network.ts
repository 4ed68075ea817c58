import type { BatchPool, PacketBatch } from '../../src-main/engine/kernel/batch.ts';
import { EngineError } from '../../src-main/engine/errors.ts';
import type {
  DatagramSocket,
  Peer,
  SocketOptions,
  SocketOwner,
} from '../../src-main/engine/transport/datagram-socket.ts';
import type { Network, ResolvedHost } from '../../src-main/engine/transport/network.ts';
import { type LinkConditions, PERFECT, SimulatedLink, type Simulation } from './simulation.ts';

/** What is on a port. */
interface SimulatedEnd {
  arrived(datagram: Datagram): void;
  refused(): void;
  failed(error: Error): void;
}

interface Datagram {
  data: Uint8Array;
  from: Peer;
}

/** A network of sockets in virtual time; every pair of addresses has a line of its own each way. */
export class SimulatedNetwork implements Network {
  readonly #sockets = new Map<number, SimulatedEnd>();
  readonly #links = new Map<string, SimulatedLink>();
  #nextPort = 40_000;
  names = new Map<string, string>();
  /** datagrams sent so far, for tests that look at the wire */
  readonly sent: { data: Uint8Array; from: number; to: number }[] = [];
  record = false;
  /** the largest UDP payload that passes */
  largest = 1500;
  /** whether the network tells of ports on which nobody listens */
  refuses = true;
  readonly whole = true;
  /** where the peer on a port is */
  addressOf: (port: number) => string = () => '10.0.0.1';
  /** what opening a socket fails with, while it is there */
  noSocket: Error | undefined;

  constructor(
    readonly world: Simulation,
    readonly conditions: LinkConditions = PERFECT,
  ) {}

  async resolve(host: string): Promise<ResolvedHost[]> {
    const address = this.names.get(host) ?? (/^[\d.]+$/.test(host) ? host : undefined);
    if (address === undefined)
      throw new EngineError('resolve-failed', `cannot resolve '${host}' (ENOTFOUND)`);
    return [{ address, family: 4 }];
  }

  async open(options: SocketOptions, pool: BatchPool, owner: SocketOwner): Promise<DatagramSocket> {
    if (this.noSocket) throw this.noSocket;
    const port = options.local?.port || this.#nextPort++;
    if (this.#sockets.has(port)) throw Object.assign(new Error('address in use'), { code: 'EADDRINUSE' });
    const socket = new SimulatedSocket(this, port, options.remote?.port, pool, owner, () =>
      this.#sockets.delete(port),
    );
    this.#sockets.set(port, socket);
    return socket;
  }

  /** Gives what comes to a port to whoever is no engine. */
  attach(port: number, onDatagram: (data: Uint8Array, from: number) => void): void {
    this.#sockets.set(port, {
      arrived: ({ data, from }) => onDatagram(data, from.port),
      refused: () => {},
      failed: () => {},
    });
  }

  /** The socket on `port` is of no more use. */
  fail(port: number, error: Error): void {
    this.#sockets.get(port)?.failed(error);
  }

  /** Cuts every line, or mends them. */
  set cut(cut: boolean) {
    for (const link of this.#links.values()) link.cut = cut;
    this.#cut = cut;
  }
  #cut = false;

  /** Datagrams of anybody's making that come in together, at once, without a line. */
  inject(from: number, to: number, ...datagrams: Uint8Array[]): void {
    for (const data of datagrams) this.#sockets.get(to)?.arrived({ data, from: this.#peerAt(from) });
  }

  /** As `inject`, from an address that nobody has. */
  injectFrom(address: string, port: number, to: number, data: Uint8Array): void {
    this.#sockets.get(to)?.arrived({ data, from: { key: `${address}|${port}`, address, port } });
  }

  send(from: number, to: number, data: Uint8Array): void {
    if (this.record) this.sent.push({ data, from, to });
    if (data.length > this.largest) return;
    const key = `${from}>${to}`;
    let link = this.#links.get(key);
    if (!link) {
      link = new SimulatedLink(this.world, this.conditions, (datagram) => this.arrive(from, to, datagram));
      link.cut = this.#cut;
      this.#links.set(key, link);
    }
    link.send(data);
  }

  #peerAt(port: number): Peer {
    return { key: String(port), address: this.addressOf(port), port };
  }

  /** The line's other end: a datagram from one port has come to the other. */
  protected arrive(from: number, to: number, data: Uint8Array): void {
    const socket = this.#sockets.get(to);
    if (socket) socket.arrived({ data, from: this.#peerAt(from) });
    else if (this.refuses) this.#refuse(from);
  }

  /** ICMP's port unreachable, as late as any answer. */
  #refuse(port: number): void {
    this.world.after(this.conditions.delay, () => this.#sockets.get(port)?.refused());
  }
}

class SimulatedSocket implements DatagramSocket, SimulatedEnd {
  readonly kind = 'simulated';
  readonly writable = true;
  #inbox: Datagram[] = [];
  #shown: PacketBatch | undefined;
  #peers: Peer[] = [];

  constructor(
    private readonly network: SimulatedNetwork,
    readonly localPort: number,
    private readonly remote: number | undefined,
    private readonly pool: BatchPool,
    private readonly owner: SocketOwner,
    private readonly onClose: () => void,
  ) {}

  arrived(datagram: Datagram): void {
    this.#inbox.push(datagram);
    this.owner.readable(false);
  }

  /** Only a socket that is connected hears of it. */
  refused(): void {
    if (this.remote !== undefined) this.owner.refused();
  }

  failed(error: Error): void {
    this.owner.failed(error);
  }

  receive(): PacketBatch | undefined {
    if (this.#shown) this.pool.give(this.#shown);
    this.#shown = undefined;
    if (this.#inbox.length === 0) return undefined;
    const batch = (this.#shown = this.pool.take());
    this.#peers = [];
    for (const { data, from } of this.#inbox.splice(0, batch.capacity)) {
      batch.kernel.bytes.set(data, batch.next);
      batch.push(data.length);
      this.#peers.push(from);
    }
    return batch;
  }

  peer(i: number): Peer {
    return this.#peers[i];
  }

  send(batch: PacketBatch, to?: Peer): boolean {
    for (let i = 0; i < batch.count; i++) {
      const offset = batch.offsets[i];
      this.network.send(
        this.localPort,
        to?.port ?? this.remote!,
        batch.kernel.bytes.slice(offset, offset + batch.lengths[i]),
      );
    }
    return true;
  }

  close(): void {
    if (this.#shown) this.pool.give(this.#shown);
    this.#shown = undefined;
    this.#inbox = [];
    this.onClose();
  }
}
