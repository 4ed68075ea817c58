import type { HostPorts } from '../../../shared/address.ts';
import type { PacketBatch } from '../kernel/batch.ts';
import { EngineError } from '../errors.ts';
import { FEC_HEADER_BYTES, fecKind } from '../fec/packet.ts';
import { openingConv } from '../kcp/opening.ts';
import type { EngineContext } from './context.ts';
import { receive } from './receiver.ts';
import { KcpSession } from './session.ts';
import type { Channel } from './uplink.ts';
import type { DatagramSocket, Peer, SocketOwner } from '../transport/datagram-socket.ts';
import type { Network } from '../transport/network.ts';

/** Go binds both families where no host is named; a system without IPv6 gets the other. */
const EVERY_INTERFACE = [
  { address: '::', family: 6 },
  { address: '0.0.0.0', family: 4 },
] as const;

export interface Listening {
  /** the ports listened on */
  readonly ports: number[];
  /** Closes every session, then the sockets. */
  close(): void;
}

/**
 * Listens for sessions on every port of the range.
 * @param accept is given each new session, before its first datagram
 * @throws EngineError `port-in-use`, `listen-failed`, `resolve-failed`; then nothing is left open
 */
export async function listen(
  context: EngineContext,
  local: HostPorts,
  network: Network,
  accept: (session: KcpSession) => void,
): Promise<Listening> {
  const listeners: Listener[] = [];
  const close = (): void => listeners.forEach((listener) => listener.close());
  try {
    for (let port = local.minPort; port <= local.maxPort; port++) {
      listeners.push(await openListener(context, local.host, port, network, accept));
    }
  } catch (error) {
    close();
    throw error;
  }
  return { ports: listeners.map((listener) => listener.socket.localPort), close };
}

async function openListener(
  context: EngineContext,
  host: string,
  port: number,
  network: Network,
  accept: (session: KcpSession) => void,
): Promise<Listener> {
  const listener = new Listener(context, accept);
  const candidates = host === '' ? EVERY_INTERFACE : (await network.resolve(host)).slice(0, 1);
  let cause: NodeJS.ErrnoException | undefined;
  for (const { address, family } of candidates) {
    try {
      const options = { ...context.socket, family, local: { address, port } };
      listener.socket = await network.open(options, context.pool, listener);
      return listener;
    } catch (error) {
      cause = error as NodeJS.ErrnoException;
      if (cause.code === 'EADDRINUSE') break;
    }
  }
  throw cause?.code === 'EADDRINUSE'
    ? new EngineError('port-in-use', `UDP port ${port} is in use by another program`, { cause })
    : new EngineError('listen-failed', `cannot listen on UDP ${host}:${port}: ${cause?.message}`, { cause });
}

/** A session's way to its peer, on the socket of all. */
class PeerChannel implements Channel {
  session: KcpSession | undefined;

  constructor(
    private readonly socket: DatagramSocket,
    private readonly peer: Peer,
    private readonly sessions: Map<string, KcpSession>,
  ) {}

  get remote(): string {
    const { address, port } = this.peer;
    return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
  }

  get writable(): boolean {
    return this.socket.writable;
  }

  receive(): void {}

  send(batch: PacketBatch): boolean {
    return this.socket.send(batch, this.peer);
  }

  close(): void {
    if (this.sessions.get(this.peer.key) === this.session) this.sessions.delete(this.peer.key);
  }
}

/** One socket and the sessions on it, by the peer's address. */
class Listener implements SocketOwner {
  socket!: DatagramSocket;
  readonly #sessions = new Map<string, KcpSession>();
  #scheduled = false;
  #closed = false;

  constructor(
    private readonly context: EngineContext,
    private readonly accept: (session: KcpSession) => void,
  ) {}

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const session of [...this.#sessions.values()]) session.close();
    this.socket.close();
  }

  readable(full: boolean): void {
    if (full) this.#receive();
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.context.world.endOfTurn(this.#turn);
  }

  drained(): void {
    for (const session of this.#sessions.values()) session.schedule();
  }

  /** One of the clients has gone; its session will notice by itself. */
  refused(): void {}

  failed(): void {
    this.close();
  }

  readonly #turn = (): void => {
    this.#scheduled = false;
    if (!this.#closed) this.#receive();
  };

  #receive(): void {
    receive(this.context, this.socket, this.#route);
  }

  readonly #route = (batch: PacketBatch, i: number): KcpSession | undefined => {
    const peer = this.socket.peer(i);
    let session = this.#sessions.get(peer.key);
    const opening = batch.ok[i] ? this.#opening(batch, i) : undefined;
    if (opening !== undefined && opening !== session?.conv) {
      // The same address with a new conversation: the client has begun anew.
      session?.close(new EngineError('peer-closed', `replaced by a new session from ${peer.address}`));
      session = this.#open(opening, peer);
    }
    session?.schedule();
    return session;
  };

  /** The conversation that a datagram may open, in the clear or in an FEC data shard. */
  #opening(batch: PacketBatch, i: number): number | undefined {
    const { crypt, pool } = this.context;
    let offset = batch.offsets[i] + crypt.head;
    let length = batch.lengths[i] - crypt.head - crypt.tail;
    const kind = fecKind(pool.kernel.view, offset, length);
    if (kind === 'parity' || kind === 'out-of-band') return undefined;
    if (kind === 'data') {
      offset += FEC_HEADER_BYTES;
      length -= FEC_HEADER_BYTES;
    }
    return openingConv(pool.kernel, offset, length);
  }

  #open(conv: number, peer: Peer): KcpSession | undefined {
    const channel = new PeerChannel(this.socket, peer, this.#sessions);
    let session: KcpSession | undefined;
    try {
      session = new KcpSession('server', conv, this.context, channel);
    } catch (error) {
      // No memory for one more: the datagram is lost, and the client will try again.
      if (error instanceof EngineError && error.code === 'out-of-memory') return undefined;
      throw error;
    }
    channel.session = session;
    this.#sessions.set(peer.key, session);
    this.accept(session);
    return session;
  }
}
