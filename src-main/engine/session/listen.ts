import { formatAddress, type HostPorts } from '../../../shared/address.ts';
import type { Refusals } from '../../../shared/snapshot.ts';
import type { PacketBatch } from '../kernel/batch.ts';
import { EngineError } from '../errors.ts';
import type { EngineListener } from '../events.ts';
import { FEC_HEADER_BYTES, fecKind } from '../fec/packet.ts';
import { isOfConv, openingConv } from '../kcp/opening.ts';
import { Admission, networkOf } from './admission.ts';
import type { EngineContext } from './context.ts';
import { receive } from './receiver.ts';
import { KcpSession } from './session.ts';
import { Trial } from './trial.ts';
import type { Channel } from './uplink.ts';
import type { DatagramSocket, Peer, SocketOwner } from '../transport/datagram-socket.ts';
import type { Network } from '../transport/network.ts';
import type { Timer } from '../runtime/world.ts';

/** Go binds both families where no host is named; a system without IPv6 gets the other. */
const EVERY_INTERFACE = [
  { address: '::', family: 6 },
  { address: '0.0.0.0', family: 4 },
] as const;

/** Pauses before a port whose socket has failed is opened again: each is double the one before. */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;

export interface Listening {
  /** the ports listened on */
  readonly ports: number[];
  /** What was not let in so far. */
  readonly refusals: Readonly<Refusals>;
  /** Closes every session, then the sockets. */
  close(): void;
}

/**
 * Listens for sessions on every port of the range. A port whose socket fails later ends its own sessions alone, and is
 * opened again and again.
 * @param accept is given each new session, before its first datagram
 * @param tell told of what fails after the start, and of its return
 * @throws EngineError `port-in-use`, `listen-failed`, `resolve-failed`; then nothing is left open
 */
export async function listen(
  context: EngineContext,
  local: HostPorts,
  network: Network,
  accept: (session: KcpSession) => void,
  tell: EngineListener = () => {},
): Promise<Listening> {
  const listeners: Listener[] = [];
  const admission = new Admission(context.world);
  const close = (): void => listeners.forEach((listener) => listener.close());
  try {
    for (let port = local.minPort; port <= local.maxPort; port++) {
      const open: OpenSocket = (owner, at) => openSocket(context, local.host, at, network, owner);
      const listener = new Listener(context, admission, local.host, port, open, accept, tell);
      listeners.push(listener);
      await listener.open();
    }
  } catch (error) {
    close();
    throw error;
  }
  const ports = listeners.map((listener) => listener.port);
  return { ports, refusals: admission.refusals, close };
}

type OpenSocket = (owner: SocketOwner, port: number) => Promise<DatagramSocket>;

/** @throws EngineError `port-in-use`, `listen-failed`, `resolve-failed` */
async function openSocket(
  context: EngineContext,
  host: string,
  port: number,
  network: Network,
  owner: SocketOwner,
): Promise<DatagramSocket> {
  const candidates = host === '' ? EVERY_INTERFACE : (await network.resolve(host)).slice(0, 1);
  let cause: NodeJS.ErrnoException | undefined;
  for (const { address, family } of candidates) {
    try {
      const options = { ...context.socket, family, local: { address, port } };
      return await network.open(options, context.pool, owner);
    } catch (error) {
      cause = error as NodeJS.ErrnoException;
      if (cause.code === 'EADDRINUSE') break;
    }
  }
  throw cause?.code === 'EADDRINUSE'
    ? new EngineError('port-in-use', `UDP port ${port} is in use by another program`, { cause })
    : new EngineError('listen-failed', `cannot listen on UDP ${host}:${port}: ${cause?.message}`, { cause });
}

/** Of an opening's checksum, beside the 32 of its conversation: both fit a number. */
const CHECKSUM_BITS = 20;

/** Sessions on trial of one peer, that is of one address and port. */
const OF_PEER = 4;

/**
 * One socket and the sessions on it, by the peer's address. Who begins anew is on trial beside the session before, which
 * ends when the new one has proved itself.
 */
class Listener implements SocketOwner {
  /** undefined before it is opened, and from its failure until it is opened again */
  #socket: DatagramSocket | undefined;
  readonly #sessions = new Map<string, KcpSession[]>();
  #scheduled = false;
  #closed = false;
  /** in a row */
  #failures = 0;
  #openedAt = 0;
  #reopening: Timer | undefined;

  /** @param port 0 for any, which is this one from then on */
  constructor(
    private readonly context: EngineContext,
    private readonly admission: Admission,
    private readonly host: string,
    public port: number,
    private readonly openSocket: OpenSocket,
    private readonly accept: (session: KcpSession) => void,
    private readonly tell: EngineListener,
  ) {}

  /** @throws what `openSocket` throws */
  async open(): Promise<void> {
    const socket = await this.openSocket(this, this.port);
    if (this.#closed) return socket.close();
    this.#socket = socket;
    this.port = socket.localPort;
    this.#openedAt = this.context.world.now();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#reopening?.stop();
    this.#end();
  }

  #end(reason?: EngineError): void {
    for (const session of [...this.#sessions.values()].flat()) session.close(reason);
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
  }

  readable(full: boolean): void {
    if (full) this.#receive();
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.context.world.endOfTurn(this.#turn);
  }

  drained(): void {
    for (const sessions of this.#sessions.values()) for (const session of sessions) session.schedule();
  }

  /** One of the clients has gone; its session will notice by itself. */
  refused(): void {}

  failed(cause: Error): void {
    if (!this.#socket) return;
    const error = new EngineError('socket-failed', `the UDP socket failed: ${cause.message}`, { cause });
    this.#end(error);
    // one that has held so long does not fail in a row
    if (this.context.world.now() - this.#openedAt >= LONGEST_PAUSE_MS) this.#failures = 0;
    this.#openLater(error);
  }

  #openLater(error: EngineError): void {
    if (this.#closed) return;
    const inMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures++);
    this.#reopening = this.context.world.after(inMs, () => void this.#reopen());
    this.tell({ kind: 'listener-failed', address: this.#address, error, inMs });
  }

  async #reopen(): Promise<void> {
    try {
      await this.open();
    } catch (error) {
      // `openSocket` throws nothing else
      return this.#openLater(error as EngineError);
    }
    if (!this.#closed) this.tell({ kind: 'listening', address: this.#address });
  }

  get #address(): string {
    return formatAddress({ host: this.host, minPort: this.port, maxPort: this.port });
  }

  readonly #turn = (): void => {
    this.#scheduled = false;
    this.#receive();
  };

  #receive(): void {
    if (this.#socket) receive(this.context, this.#socket, this.#route);
  }

  readonly #route = (batch: PacketBatch, i: number): KcpSession | undefined => {
    if (!this.#socket) return undefined;
    const peer = this.#socket.peer(i);
    const sessions = this.#sessions.get(peer.key);
    let session = sessions?.[0];
    if (!batch.ok[i]) return session;
    const { crypt, pool } = this.context;
    const { kernel } = pool;
    let offset = batch.offsets[i] + crypt.head;
    let length = batch.lengths[i] - crypt.head - crypt.tail;
    const kind = fecKind(kernel.view, offset, length);
    if (kind === 'data') {
      offset += FEC_HEADER_BYTES;
      length -= FEC_HEADER_BYTES;
    }
    if (kind === 'data' || kind === 'none') {
      if (sessions && sessions.length > 1) {
        session = sessions.find(({ conv }) => isOfConv(kernel, offset, length, conv)) ?? session;
      }
      const opening = openingConv(kernel, offset, length);
      if (opening !== undefined && opening !== session?.conv)
        session = this.#admit(opening, peer, offset, length);
    }
    if (session?.trial) this.admission.take(session.trial, batch.lengths[i]);
    session?.schedule();
    return session;
  };

  /** @param offset of KCP's bytes: by their timestamp, an opening that its sender repeats is another one */
  #admit(conv: number, peer: Peer, offset: number, length: number): KcpSession | undefined {
    const { counters, pool } = this.context;
    const checksum = pool.kernel.crc32(offset, length);
    if (this.admission.isNew(conv * 2 ** CHECKSUM_BITS + (checksum >>> (32 - CHECKSUM_BITS))))
      return this.#open(conv, peer);
    counters.InErrs++;
    return undefined;
  }

  #open(conv: number, peer: Peer): KcpSession {
    const { admission } = this;
    const channel = new PeerChannel(this.#socket!, peer, () => this.#forget(session, peer));
    const trial = new Trial(() => this.#passed(session, peer));
    const session = new KcpSession('server', conv, this.context, channel, trial);
    const before = this.#sessions.get(peer.key)?.filter((other) => other.trial) ?? [];
    if (before.length >= OF_PEER) admission.dismiss(before[0]);
    admission.add(session, networkOf(peer.address), trial);
    const sessions = this.#sessions.get(peer.key);
    if (sessions) sessions.push(session);
    else this.#sessions.set(peer.key, [session]);
    this.accept(session);
    return session;
  }

  /** The same address with a new conversation, and it is no recording: the client has begun anew. */
  #passed(session: KcpSession, peer: Peer): void {
    this.admission.delete(session);
    for (const other of [...this.#sessions.get(peer.key)!]) {
      if (other === session) continue;
      other.close(new EngineError('peer-closed', `replaced by a new session from ${peer.address}`));
    }
  }

  #forget(session: KcpSession, peer: Peer): void {
    this.admission.delete(session);
    const sessions = this.#sessions.get(peer.key);
    if (!sessions) return;
    const others = sessions.filter((other) => other !== session);
    if (others.length === 0) this.#sessions.delete(peer.key);
    else this.#sessions.set(peer.key, others);
  }
}

/** A session's share of a listener's socket. */
class PeerChannel implements Channel {
  constructor(
    private readonly socket: DatagramSocket,
    private readonly peer: Peer,
    readonly close: () => void,
  ) {}

  get remote(): string {
    const { address, port } = this.peer;
    return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
  }

  get writable(): boolean {
    return this.socket.writable;
  }

  /** The listener gives each session its own. */
  receive(): void {}

  send(batch: PacketBatch): boolean {
    return this.socket.send(batch, this.peer);
  }
}
