import { MAX_DATAGRAM, type PacketBatch } from '../kernel/batch.ts';
import { type Kernel, roundUp } from '../kernel/kernel.ts';
import type { Libc } from '../runtime/libc.ts';
import { SOCKADDR_MAX } from './sockaddr.ts';

/*
 * struct mmsghdr of 64-bit Linux, 64 bytes, and what it points to:
 *
 *     0     8         16    24      32       40          48     56     60
 *     | name | namelen | iov | iovlen | control | controllen | flags | len |
 *
 * struct iovec: base u64, length u64. A control message (24 bytes): length u64 (18), level u32, type u32, u16.
 */
const HEADER = 64;
const AT_NAME_LENGTH = 8;
const AT_IOV = 16;
const AT_IOV_LENGTH = 24;
const AT_CONTROL = 32;
const AT_CONTROL_LENGTH = 40;
const AT_FLAGS = 48;
const AT_LENGTH = 56;
const IOVEC = 16;
const CONTROL = 24;
const CONTROL_DATA = 16;

const MSG_DONTWAIT = 0x40;
const MSG_TRUNC = 0x20;
const SOL_UDP = 17;
const UDP_SEGMENT = 103;
/** The kernel takes at most 64 segments and one IP datagram's worth of bytes in one message. */
const MAX_SEGMENTS = 60;
const MAX_RUN_BYTES = 65_000;
const SLOT = roundUp(MAX_DATAGRAM);

export const EINTR = 4;
export const EIO = 5;
export const EAGAIN = 11;
export const EINVAL = 22;
export const ECONNREFUSED = 111;

/**
 * sendmmsg and recvmmsg over the batches of one kernel memory. One for a thread: its tables are filled anew for each
 * call. All structures lie in kernel memory too, whose address never changes.
 */
export class MessageTables {
  readonly #base: number;
  readonly #headers: number;
  readonly #iovecs: number;
  readonly #controls: number;
  readonly #names: number;
  /** datagrams in each message of the last `prepare` */
  readonly #runs: Int32Array;
  readonly #view: DataView;

  constructor(
    private readonly kernel: Kernel,
    private readonly libc: Libc,
    private readonly capacity: number,
  ) {
    const { arena, bytes, view } = kernel;
    this.#base = libc.addressOf(bytes.buffer as ArrayBuffer) + bytes.byteOffset;
    this.#headers = arena.alloc(capacity * HEADER);
    this.#iovecs = arena.alloc(capacity * IOVEC);
    this.#controls = arena.alloc(capacity * CONTROL);
    this.#names = arena.alloc(capacity * 32);
    this.#runs = new Int32Array(capacity);
    this.#view = view;
    bytes.fill(0, this.#headers, this.#headers + capacity * HEADER);
  }

  /**
   * Sends datagrams [from, batch.count), equal lengths together in one message where `segment` allows it.
   * @param name a sockaddr in kernel memory, or 0 on a connected socket
   * @returns the index of the first datagram that did not go, and the error that stopped it (0 for none)
   */
  send(
    fd: number,
    batch: PacketBatch,
    from: number,
    segment: boolean,
    name: number,
    nameLength: number,
  ): [number, number] {
    let at = from;
    while (at < batch.count) {
      const messages = this.#prepare(batch, at, segment, name, nameLength);
      const sent = this.libc.sendmmsg(fd, this.#base + this.#headers, messages, MSG_DONTWAIT);
      if (sent < 0) return [at, this.libc.errno()];
      for (let m = 0; m < sent; m++) at += this.#runs[m];
    }
    return [at, 0];
  }

  /** How many datagrams the first message held that `send` was stopped at. */
  get stopped(): number {
    return this.#runs[0];
  }

  /**
   * Receives what is there, as far as it fits the batch, behind what the batch holds.
   * @param onDatagram is told of each datagram before it is pushed: the sockaddr's offset in kernel memory
   * @returns whether there may be more
   */
  receive(fd: number, batch: PacketBatch, named: boolean, onDatagram: (name: number) => void): boolean {
    const room = Math.min(batch.capacity - batch.count, this.capacity);
    const view = this.#view;
    const first = batch.next;
    for (let m = 0; m < room; m++) {
      const header = this.#headers + m * HEADER;
      const iovec = this.#iovecs + m * IOVEC;
      this.#pointer(header, named ? this.#base + this.#names + m * 32 : 0);
      view.setUint32(header + AT_NAME_LENGTH, named ? SOCKADDR_MAX : 0, true);
      this.#pointer(header + AT_IOV, this.#base + iovec);
      view.setUint32(header + AT_IOV_LENGTH, 1, true);
      this.#pointer(header + AT_CONTROL, 0);
      view.setUint32(header + AT_CONTROL_LENGTH, 0, true);
      view.setUint32(header + AT_FLAGS, 0, true);
      this.#pointer(iovec, this.#base + first + m * SLOT);
      view.setUint32(iovec + 8, SLOT, true);
      view.setUint32(iovec + 12, 0, true);
    }
    const received = this.libc.recvmmsg(fd, this.#base + this.#headers, room, MSG_DONTWAIT, 0);
    for (let m = 0; m < received; m++) {
      const header = this.#headers + m * HEADER;
      const length = view.getUint32(header + AT_LENGTH, true);
      if (length > MAX_DATAGRAM || view.getUint32(header + AT_FLAGS, true) & MSG_TRUNC) continue;
      const slot = first + m * SLOT;
      // Datagrams lie one behind the other in a batch: shorter ones close up.
      if (slot !== batch.next) this.kernel.bytes.copyWithin(batch.next, slot, slot + length);
      onDatagram(this.#names + m * 32);
      batch.push(length);
    }
    return received === room;
  }

  #prepare(batch: PacketBatch, from: number, segment: boolean, name: number, nameLength: number): number {
    const view = this.#view;
    let m = 0;
    let at = from;
    for (; at < batch.count && at - from < this.capacity; m++) {
      const header = this.#headers + m * HEADER;
      const iovec = this.#iovecs + (at - from) * IOVEC;
      const size = batch.lengths[at];
      const most = segment
        ? Math.min(MAX_SEGMENTS, Math.floor(MAX_RUN_BYTES / size), this.capacity - (at - from))
        : 1;
      let run = 0;
      // Only the last datagram of a run may be shorter than the others.
      for (
        let open = true;
        open && run < most && at < batch.count && batch.lengths[at] <= size;
        at++, run++
      ) {
        const vector = iovec + run * IOVEC;
        this.#pointer(vector, this.#base + batch.offsets[at]);
        view.setUint32(vector + 8, batch.lengths[at], true);
        view.setUint32(vector + 12, 0, true);
        open = batch.lengths[at] === size;
      }
      this.#runs[m] = run;
      this.#pointer(header, name === 0 ? 0 : this.#base + name);
      view.setUint32(header + AT_NAME_LENGTH, nameLength, true);
      this.#pointer(header + AT_IOV, this.#base + iovec);
      view.setUint32(header + AT_IOV_LENGTH, run, true);
      this.#segmentSize(header, this.#controls + m * CONTROL, run > 1 ? size : 0);
    }
    return m;
  }

  /** As a control message of this call: as a socket option it would also split later sends. */
  #segmentSize(header: number, control: number, size: number): void {
    const view = this.#view;
    this.#pointer(header + AT_CONTROL, size > 0 ? this.#base + control : 0);
    view.setUint32(header + AT_CONTROL_LENGTH, size > 0 ? CONTROL : 0, true);
    if (size === 0) return;
    this.#pointer(control, CONTROL_DATA + 2);
    view.setUint32(control + 8, SOL_UDP, true);
    view.setUint32(control + 12, UDP_SEGMENT, true);
    view.setUint16(control + CONTROL_DATA, size, true);
  }

  #pointer(at: number, address: number): void {
    this.#view.setUint32(at, address >>> 0, true);
    this.#view.setUint32(at + 4, Math.floor(address / 0x1_0000_0000), true);
  }
}
