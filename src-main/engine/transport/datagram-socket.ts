import type { PacketBatch } from '../kernel/batch.ts';

/** The other end of a datagram on a socket that is not connected. */
export interface Peer {
  /** the same for the same address and port */
  readonly key: string;
  readonly address: string;
  readonly port: number;
}

/** What a socket tells its owner. */
export interface SocketOwner {
  /** Datagrams wait: call `receive` at the end of the turn, or at once where `full`. */
  readable(full: boolean): void;
  /** The system takes datagrams again after `writable` was false. */
  drained(): void;
  /** The network said that nobody listens at the other end (ICMP port unreachable). */
  refused(): void;
  /** The socket is of no more use; it was not closed by its owner. */
  failed(error: Error): void;
}

/**
 * A UDP socket that moves datagrams in batches: those of one event-loop turn together.
 * Datagrams that the network refuses (unreachable, too big) are lost, as datagrams are.
 */
export interface DatagramSocket {
  readonly kind: string;
  readonly localPort: number;
  /** False while the system's buffer is full; what is sent then may be lost. */
  readonly writable: boolean;
  /**
   * What has come in, as far as it fits one batch, or undefined. It belongs to the socket again at the next call.
   */
  receive(): PacketBatch | undefined;
  /** Who sent datagram `i` of the batch just received; only where the socket is not connected. */
  peer(i: number): Peer;
  /** @returns false where the socket still needs the batch's memory, and will give it to the pool itself. */
  send(batch: PacketBatch, to?: Peer): boolean;
  close(): void;
}

/** How a socket is to be opened; `remote` makes it a connected one. */
export interface SocketOptions {
  family: 4 | 6;
  local?: { address: string; port: number };
  remote?: { address: string; port: number };
  /** SO_RCVBUF and SO_SNDBUF, bytes */
  sockbuf: number;
  /** six bits of differentiated services; 0 leaves it alone */
  dscp: number;
  /** A datagram that is too large for the line is dropped, not cut, where `Network.whole` says that this is possible. */
  dontFragment?: boolean;
}
