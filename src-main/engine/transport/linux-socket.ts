import type { Socket } from 'node:dgram';
import type { BatchPool, PacketBatch } from '../kernel/batch.ts';
import type { UdpHandle } from '../runtime/node-internals.ts';
import { BusyMeter, COLLECT_MS } from './busy-meter.ts';
import type { DatagramSocket, Peer, SocketOwner } from './datagram-socket.ts';
import { tellErrors } from './dgram-socket.ts';
import { Inbox } from './inbox.ts';
import { EAGAIN, ECONNREFUSED, EINTR, EINVAL, EIO, type MessageTables } from './mmsg.ts';
import { decodeSockaddr, encodeSockaddr, SOCKADDR_MAX, sockaddrBytes } from './sockaddr.ts';

const RETRY_MS = 1;
const MAX_PEERS = 4096;
/** Bytes that are received without a turn for anybody else; a flood would never end. */
const MAX_DRAIN = 4 << 20;
/** Batches that wait for room in the system's buffer, of one socket. */
const MAX_OWED = 8;

/**
 * A dgram socket whose datagrams go through sendmmsg (with UDP_SEGMENT) and recvmmsg: one system call for many.
 * libuv still waits for the socket; from its second 'message' of a turn on, the others are drained here.
 */
export class LinuxSocket implements DatagramSocket {
  readonly kind = 'linux';
  readonly #inbox: Inbox;
  /** by their keys, which are their sockaddrs in Latin-1 */
  readonly #known = new Map<string, Peer>();
  /** batches not sent to their end, and from where */
  #owed: { batch: PacketBatch; from: number; to: Peer | undefined }[] = [];
  #retry: NodeJS.Timeout | undefined;
  /** UDP_SEGMENT works here, as far as we know: some devices refuse it */
  #segment = true;
  readonly #meter = new BusyMeter();
  #collector: NodeJS.Timeout | undefined;
  #closed = false;
  /** the kernel's, where the sockaddr of who is sent to is written, at `#name` */
  readonly #memory: Buffer;
  readonly #name: number;

  constructor(
    private readonly socket: Socket,
    private readonly handle: UdpHandle,
    private readonly connected: boolean,
    private readonly tables: MessageTables,
    private readonly pool: BatchPool,
    private readonly owner: SocketOwner,
  ) {
    this.#inbox = new Inbox(pool, owner);
    const { bytes } = pool.kernel;
    this.#memory = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#name = connected ? 0 : pool.kernel.arena.alloc(SOCKADDR_MAX);
    socket.on('message', (data: Buffer, from) => this.#onMessage(data, from.address, from.port));
    tellErrors(socket, owner);
  }

  get localPort(): number {
    return this.socket.address().port;
  }

  get writable(): boolean {
    return this.#owed.length === 0;
  }

  receive(): PacketBatch | undefined {
    return this.#inbox.receive();
  }

  peer(i: number): Peer {
    return this.#inbox.peer(i);
  }

  send(batch: PacketBatch, to?: Peer): boolean {
    if (this.#closed) return true;
    const from = this.#transmit(batch, 0, to);
    // Past the bound the rest is lost, as in the queue of a router.
    if (from === batch.count || this.#owed.length >= MAX_OWED || this.pool.scarce) return true;
    this.#owed.push({ batch, from, to });
    this.#retry ??= setTimeout(this.#sendOwed, RETRY_MS);
    return false;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#collector);
    this.#inbox.dispose();
    for (const { batch } of this.#owed) this.pool.give(batch);
    this.#owed = [];
    if (this.#name !== 0) this.pool.kernel.arena.free(this.#name);
    this.socket.close();
  }

  /** @returns the index of the first datagram that has to wait for room in the system's buffer */
  #transmit(batch: PacketBatch, from: number, to: Peer | undefined): number {
    if (to) this.#memory.write(to.key, this.#name, 'latin1');
    let at = from;
    for (;;) {
      const [stop, error] = this.tables.send(
        this.handle.fd,
        batch,
        at,
        this.#segment,
        to ? this.#name : 0,
        to ? to.key.length : 0,
      );
      if (error === 0) return batch.count;
      if (error === EAGAIN) return stop;
      at = stop;
      if (error === EINTR) continue;
      if ((error === EINVAL || error === EIO) && this.#segment) {
        // A device without checksum offload, or a path whose MTU is smaller: one datagram a message works there.
        this.#segment = false;
        continue;
      }
      if (error === ECONNREFUSED) {
        // It tells of an earlier datagram; this one was not tried yet.
        this.owner.refused();
        if (this.#closed) return batch.count;
        continue;
      }
      at += Math.max(1, this.tables.stopped);
      if (at >= batch.count) return batch.count;
    }
  }

  readonly #sendOwed = (): void => {
    this.#retry = undefined;
    while (this.#owed.length > 0) {
      const owed = this.#owed[0];
      owed.from = this.#transmit(owed.batch, owed.from, owed.to);
      if (this.#closed) return;
      if (owed.from < owed.batch.count) {
        this.#retry = setTimeout(this.#sendOwed, RETRY_MS);
        return;
      }
      this.#owed.shift();
      this.pool.give(owed.batch);
    }
    this.owner.drained();
  };

  #onMessage(data: Buffer, address: string, port: number): void {
    if (this.#closed) return;
    const alone = this.#inbox.empty;
    this.#inbox.add(data, this.connected ? undefined : this.#peer(encodeSockaddr(address, port)));
    // where datagrams come one by one, as echoes do, another call would only find nothing
    const bytes = data.length + (alone ? 0 : this.#drain());
    const { waiting } = this.handle;
    if (this.#closed || !this.#meter.woken(bytes) || this.#collector || !waiting) return;
    waiting.recvStop();
    this.#collector = setTimeout(this.#collect, COLLECT_MS);
  }

  /** Receives all there is, or so much that the others are to have their turn first. @returns how many bytes, padded as they lie in a batch */
  #drain(): number {
    const inbox = this.#inbox;
    let bytes = 0;
    for (let more = true; more && bytes < MAX_DRAIN && !this.#closed && !inbox.shut;) {
      const { empty, batch } = inbox;
      const before = batch.next;
      more = this.tables.receive(this.handle.fd, batch, !this.connected, this.#onDatagram);
      bytes += batch.next - before;
      inbox.filled(empty);
    }
    return bytes;
  }

  readonly #collect = (): void => {
    const bytes = this.#drain();
    if (this.#closed) return;
    if (this.#meter.collected(bytes)) {
      this.#collector!.refresh();
      return;
    }
    this.#collector = undefined;
    this.handle.waiting!.recvStart();
  };

  readonly #onDatagram = (name: number): void => {
    if (this.connected) return;
    const { bytes } = this.pool.kernel;
    this.#inbox.from(this.#peer(bytes.subarray(name, name + sockaddrBytes(bytes, name))));
  };

  #peer(sockaddr: Uint8Array): Peer {
    const key = Buffer.from(sockaddr.buffer, sockaddr.byteOffset, sockaddr.length).toString('latin1');
    let peer = this.#known.get(key);
    if (!peer) {
      // Those with a session are known to it; the rest is forgotten before strangers fill the memory.
      if (this.#known.size >= MAX_PEERS) this.#known.clear();
      peer = { key, ...decodeSockaddr(sockaddr) };
      this.#known.set(key, peer);
    }
    return peer;
  }
}
