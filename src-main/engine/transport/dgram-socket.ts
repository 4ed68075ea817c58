import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIP } from 'node:net';
import type { BatchPool, PacketBatch } from '../kernel/batch.ts';
import type { UdpHandle } from '../runtime/node-internals.ts';
import { BusyMeter, COLLECT_MS } from './busy-meter.ts';
import type { DatagramSocket, Peer, SocketOptions, SocketOwner } from './datagram-socket.ts';
import { setDontFragment } from './dont-fragment.ts';
import { setDscp } from './dscp.ts';
import { Inbox } from './inbox.ts';

const DRAIN_POLL_MS = 1;
/** Batches that wait for room in the system's buffer. */
const MAX_OWED = 8;
/** libuv reads at most so many datagrams of a socket before it looks at others. */
const LIBUV_READS = 32;

/** node:dgram on every platform: the default where nothing faster is there, and its fallback. */
export class DgramSocket implements DatagramSocket {
  readonly kind = 'dgram';
  readonly #inbox: Inbox;
  #lastPeer: Peer | undefined;
  #owed: PacketBatch[] = [];
  readonly #meter = new BusyMeter();
  readonly #waiting: UdpHandle['waiting'];
  /** runs while datagrams are collected: libuv waits for them only now and then */
  #collector: NodeJS.Timeout | undefined;
  /** received since the last wake-up or collection */
  #bytes = 0;
  #closed = false;

  constructor(
    private readonly socket: Socket,
    handle: UdpHandle | undefined,
    connected: boolean,
    private readonly pool: BatchPool,
    private readonly owner: SocketOwner,
  ) {
    this.#inbox = new Inbox(pool, owner);
    this.#waiting = handle?.waiting;
    socket.on('message', connected ? this.#onMessage : this.#onMessageFrom);
    tellErrors(socket, owner);
  }

  get localPort(): number {
    return this.socket.address().port;
  }

  get writable(): boolean {
    return this.#owed.length === 0;
  }

  receive(): PacketBatch | undefined {
    const batch = this.#inbox.receive();
    if (batch) this.#restWhenBusy(batch.count);
    return batch;
  }

  peer(i: number): Peer {
    return this.#inbox.peer(i);
  }

  send(batch: PacketBatch, to?: Peer): boolean {
    const { socket } = this;
    // Past the bound it is lost, as in the queue of a router.
    if (this.#closed || this.#owed.length >= MAX_OWED || (!this.writable && this.pool.scarce)) return true;
    const { bytes } = batch.kernel;
    for (let i = 0; i < batch.count; i++) {
      const offset = batch.offsets[i];
      const datagram = bytes.subarray(offset, offset + batch.lengths[i]);
      if (to) socket.send(datagram, to.port, to.address);
      else socket.send(datagram);
    }
    // libuv tries at once; what the system did not take waits in its queue and still points into the batch.
    if (socket.getSendQueueCount() === 0) return true;
    this.#owed.push(batch);
    if (this.#owed.length === 1) setTimeout(this.#pollDrained, DRAIN_POLL_MS);
    return false;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#collector);
    this.#inbox.dispose();
    this.socket.close(() => {
      for (const batch of this.#owed.splice(0)) this.pool.give(batch);
    });
  }

  readonly #pollDrained = (): void => {
    if (this.#closed) return;
    if (this.socket.getSendQueueCount() > 0) {
      setTimeout(this.#pollDrained, DRAIN_POLL_MS);
      return;
    }
    for (const batch of this.#owed.splice(0)) this.pool.give(batch);
    this.owner.drained();
  };

  #restWhenBusy(received: number): void {
    if (this.#collector) {
      // A full read leaves more behind: those are read on before it rests again.
      if (received < LIBUV_READS) this.#waiting!.recvStop();
      return;
    }
    const bytes = this.#bytes;
    this.#bytes = 0;
    if (!this.#meter.woken(bytes) || !this.#waiting) return;
    this.#waiting.recvStop();
    this.#collector = setTimeout(this.#collect, COLLECT_MS);
  }

  readonly #collect = (): void => {
    this.#waiting!.recvStart();
    if (this.#meter.collected(this.#bytes)) this.#collector!.refresh();
    else this.#collector = undefined;
    this.#bytes = 0;
  };

  readonly #onMessage = (data: Buffer): void => this.#take(data);

  readonly #onMessageFrom = (data: Buffer, from: RemoteInfo): void => {
    let peer = this.#lastPeer;
    if (peer?.port !== from.port || peer.address !== from.address) {
      peer = { key: `${from.address}|${from.port}`, address: from.address, port: from.port };
      this.#lastPeer = peer;
    }
    this.#take(data, peer);
  };

  #take(data: Buffer, peer?: Peer): void {
    if (this.#closed) return;
    this.#bytes += data.length;
    this.#inbox.add(data, peer);
  }
}

/**
 * Addresses are resolved before. By itself dgram would look up an address too, and send in the next tick, when the memory
 * of the datagram holds another.
 */
function sameAddress(
  address: string,
  _options: unknown,
  callback: (error: null, address: string, family: number) => void,
): void {
  callback(null, address, isIP(address));
}

/** What is wrong with the socket itself. macOS takes sockets away from who has slept (ENOTCONN). */
const DEAD = ['EBADF', 'ENOTSOCK', 'ENOTCONN'];

/** Tells the owner what the system says; most of it is of one datagram, whose loss is the ARQ's business. */
export function tellErrors(socket: Socket, owner: SocketOwner): void {
  socket.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ECONNREFUSED') owner.refused();
    else if (DEAD.includes(error.code ?? '')) owner.failed(error);
  });
}

/** @throws the system's error (EADDRINUSE, EACCES, ...) */
export async function openUdp(options: SocketOptions): Promise<Socket> {
  const { local, remote } = options;
  const socket = createSocket({ type: options.family === 6 ? 'udp6' : 'udp4', lookup: sameAddress });
  try {
    const listening = once(socket, 'listening');
    socket.bind({ address: local?.address, port: local?.port ?? 0, exclusive: true });
    await listening;
    if (remote) {
      const connect = once(socket, 'connect');
      socket.connect(remote.port, remote.address);
      await connect;
    }
    socket.setRecvBufferSize(options.sockbuf);
    socket.setSendBufferSize(options.sockbuf);
    if (options.dscp > 0) setDscp(socket, options.family, options.dscp);
    if (options.dontFragment) setDontFragment(socket, options.family);
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}
