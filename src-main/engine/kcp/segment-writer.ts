import type { Counters } from '../../../shared/counters.ts';
import { MAX_UINT16 } from '../../../shared/wire.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Brake } from '../line/brake.ts';
import type { ReceiveWindow } from './receive-window.ts';
import { CMD_PUSH, HEADER_BYTES, writeSegment } from './segment.ts';
import type { SendWindow } from './send-window.ts';

/** Where the datagrams go: one is begun, filled with up to mtu bytes, and committed. */
export interface DatagramOutput {
  /** Whether more may be sent now (pacing); asked before each data segment. */
  ready(): boolean;
  /** @returns the offset in kernel memory of the next datagram's KCP bytes */
  begin(): number;
  /** @param data whether there is data in it, and not ACKs and the like alone, which are not paced */
  commit(length: number, data: boolean): void;
}

/** Writes the segments of a flush into datagrams, as many in each as fit. */
export class SegmentWriter {
  /** the clock of the present flush, in ms */
  now = 0;
  /** the clock at the first PUSH */
  sentSince = 0;
  /** bounds what the peer may have on the way, below the receive window */
  brake: Brake | undefined;
  // the datagram being written
  #begun = -1;
  #begunData = false;
  #at = 0;

  /**
   * @param conv signed, as the view reads it: a number of 32 bits more would be allocated for each segment
   * @param epoch what the clock is ahead by on the wire, in 32 bits
   * @param mtu bytes of KCP in a datagram
   */
  constructor(
    private readonly conv: number,
    readonly epoch: number,
    private readonly mtu: number,
    private readonly receive: ReceiveWindow,
    private readonly output: DatagramOutput,
    private readonly counters: Counters,
    private readonly kernel: Kernel,
  ) {}

  /** Whether a datagram is begun: what little is added costs none of its own. */
  get begun(): boolean {
    return this.#begun >= 0;
  }

  /** A segment without data; `ts` as it goes on the wire. */
  control(cmd: number, sn: number, ts: number): void {
    this.#at = this.#header(cmd, sn, ts, 0);
  }

  /** Segment `sn` of the send window, in its slot; `now` is 32 bits of the clock. */
  data(send: SendWindow, slot: number, sn: number, now: number): void {
    if (send.nxt === 0) this.sentSince = now;
    const length = send.lengths[slot];
    const at = this.#header(CMD_PUSH, sn, (now + this.epoch) | 0, length);
    this.kernel.copy(at, send.data[slot], length);
    this.#begunData = true;
    this.#at = at + length;
  }

  commit(): void {
    if (this.#begun < 0) return;
    const length = this.#at - this.#begun;
    this.#begun = -1;
    this.output.commit(length, this.#begunData);
    this.#begunData = false;
  }

  /** Makes room for a segment in this datagram or the next, and writes its header. @returns the offset of its data */
  #header(cmd: number, sn: number, ts: number, length: number): number {
    if (this.#begun >= 0 && this.#at - this.#begun + HEADER_BYTES + length > this.mtu) this.commit();
    if (this.#begun < 0) this.#begun = this.#at = this.output.begin();
    const at = this.#at;
    const { receive } = this;
    const wnd = Math.min(this.#advertised, MAX_UINT16);
    writeSegment(this.kernel.view, at, this.conv, cmd, wnd, ts, sn, receive.nxt, length);
    this.counters.OutSegs++;
    return at + HEADER_BYTES;
  }

  /** Free slots, as told to the peer. */
  get #advertised(): number {
    const { free, ahead } = this.receive;
    return this.brake?.braking ? Math.min(free, this.brake.advertised(ahead, this.now)) : free;
  }
}
