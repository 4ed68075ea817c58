import { type BatchPool, MAX_DATAGRAM, type PacketBatch } from '../kernel/batch.ts';
import type { Peer, SocketOwner } from './datagram-socket.ts';

/** The datagrams of a socket, from when they come in until its owner has looked at them. */
export class Inbox {
  #waiting: PacketBatch | undefined;
  #shown: PacketBatch | undefined;
  #peers: Peer[] = [];
  #shownPeers: Peer[] = [];

  constructor(
    private readonly pool: BatchPool,
    private readonly owner: SocketOwner,
  ) {}

  /** Nothing waits for the owner. */
  get empty(): boolean {
    return this.#waiting === undefined || this.#waiting.count === 0;
  }

  /** No more may be taken in: too much waits elsewhere in this thread. */
  get shut(): boolean {
    return this.#waiting === undefined && this.pool.scarce;
  }

  /** What the next datagrams are to be written into; it has room. */
  get batch(): PacketBatch {
    return (this.#waiting ??= this.pool.take());
  }

  /** Takes a datagram by copy, with its sender where the socket is not connected; one that is longer than any of ours is dropped, or while it is shut. */
  add(data: Uint8Array, peer?: Peer): void {
    if (data.length > MAX_DATAGRAM || this.shut) return;
    const { empty, batch } = this;
    if (peer) this.from(peer);
    batch.kernel.bytes.set(data, batch.next);
    batch.push(data.length);
    this.filled(empty);
  }

  /** Says who sends the datagram that is pushed to `batch` next; for sockets that are not connected. */
  from(peer: Peer): void {
    this.#peers[this.batch.count] = peer;
  }

  /**
   * Datagrams were pushed to `batch`: the owner hears of it, and has fetched them before this is done where there is no
   * room for more.
   * @param wasEmpty whether `empty` held before
   */
  filled(wasEmpty: boolean): void {
    if (this.#waiting?.full) this.owner.readable(true);
    else if (wasEmpty && !this.empty) this.owner.readable(false);
  }

  /** What waits, or undefined. It goes back to the pool at the next call. */
  receive(): PacketBatch | undefined {
    if (this.#shown) this.pool.give(this.#shown);
    this.#shown = undefined;
    const batch = this.#waiting;
    this.#waiting = undefined;
    if (batch?.count === 0) this.pool.give(batch);
    else this.#shown = batch;
    if (!this.#shown) return undefined;
    [this.#peers, this.#shownPeers] = [this.#shownPeers, this.#peers];
    return this.#shown;
  }

  /** Who sent datagram `i` of what `receive` gave last. */
  peer(i: number): Peer {
    return this.#shownPeers[i];
  }

  dispose(): void {
    for (const batch of [this.#waiting, this.#shown]) if (batch) this.pool.give(batch);
    this.#waiting = this.#shown = undefined;
  }
}
