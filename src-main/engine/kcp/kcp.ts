import type { Counters } from '../../../shared/counters.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Brake } from '../line/brake.ts';
import type { Flight } from '../line/flight.ts';
import { AckList } from './ack-list.ts';
import { CongestionWindow } from './congestion.ts';
import { LineTiming } from './line-timing.ts';
import { OwnTiming } from './own-timing.ts';
import { Pushed, type Reader, ReceiveWindow } from './receive-window.ts';
import { RttEstimator } from './rtt.ts';
import {
  AT_CMD,
  AT_LEN,
  AT_SN,
  AT_TS,
  AT_UNA,
  AT_WND,
  CMD_ACK,
  CMD_PUSH,
  CMD_WASK,
  CMD_WINS,
  diff,
  HEADER_BYTES,
  PROBE_FIRST,
  PROBE_LIMIT,
  WND_FIRST,
} from './segment.ts';
import { type DatagramOutput, SegmentWriter } from './segment-writer.ts';
import { SendWindow } from './send-window.ts';
import type { Timing } from './timing.ts';

/** What all conversations of an engine have alike; windows are segments, times ms. */
export interface KcpSettings {
  /** bytes of KCP in a datagram: what crypt and FEC leave of the mtu option */
  mtu: number;
  sndWnd: number;
  rcvWnd: number;
  nodelay: boolean;
  interval: number;
  resend: number;
  /** nc 1: no congestion window */
  noCongestionWindow: boolean;
  ackNoDelay: boolean;
  /** the largest single write, in bytes */
  writeBytes: number;
  /** sends ACKs once more while something is missing */
  repeatAcks: boolean;
}

/** What is a conversation's own; the settings are shared with others. */
export interface Conversation {
  conv: number;
  /** what the clock is ahead by on the wire, in 32 bits: KCP's timestamps count from any start */
  epoch: number;
}

/**
 * The ARQ of one conversation: a control block of KCP as kcp-go runs it, in stream mode, without a clock of its own.
 *
 * The owner calls `input` for each datagram of an event-loop turn, then `settle`, which says whether to `flush`, and
 * asks `nextFlush` when to come back. Nothing here allocates for a datagram in the steady state.
 */
export class Kcp {
  readonly mss: number;
  readonly send: SendWindow;
  readonly receive: ReceiveWindow;
  readonly rtt: RttEstimator;
  rmtWnd = WND_FIRST;
  /**
   * The peer has told a timestamp of this conversation. With an epoch nobody knows, no recording of another does, and
   * neither does who cannot read what is sent to the peer.
   */
  proved = false;
  /**
   * Whether the last input knew everything the peer has acknowledged before. What does not is late, or comes from a
   * server that was started again: kcp-go's takes the old conversation for a new one and acknowledges into the void.
   */
  fresh = false;
  #disposed = false;
  readonly #o: KcpSettings;
  readonly #conv: number;
  readonly #epoch: number;
  readonly #acks: AckList;
  readonly #writer: SegmentWriter;
  readonly #congestion: CongestionWindow | undefined;
  #timing: Timing;
  /** the same, where what is known of the line holds */
  #line: LineTiming | undefined;
  #askWindow = false;
  #tellWindow = false;
  #probeWait = 0;
  #probeAt = 0;
  /** a flush is wanted that does not wait for the interval */
  #urgent = false;
  /** a write was put off for want of memory since `nextFlush` was asked last */
  #needy = false;

  constructor(
    options: KcpSettings,
    { conv, epoch }: Conversation,
    private readonly output: DatagramOutput,
    private readonly reader: Reader,
    private readonly counters: Counters,
    private readonly kernel: Kernel,
  ) {
    this.#o = options;
    this.#conv = conv | 0;
    this.#epoch = epoch | 0;
    this.mss = options.mtu - HEADER_BYTES;
    this.send = new SendWindow(options.sndWnd, this.mss, options.writeBytes, options.resend, kernel);
    this.receive = new ReceiveWindow(options.rcvWnd, kernel);
    this.rtt = new RttEstimator(options.nodelay, options.interval);
    this.#acks = new AckList(this.receive, options.repeatAcks);
    const { receive, send, rtt } = this;
    this.#writer = new SegmentWriter(this.#conv, this.#epoch, options.mtu, receive, output, counters, kernel);
    const own = new OwnTiming(options, send, rtt, this.#writer, output, counters);
    this.#timing = own;
    if (!options.noCongestionWindow) this.#congestion = own.congestion = new CongestionWindow(this.mss);
  }

  /** The peer has acknowledged something. */
  get acknowledged(): boolean {
    return this.send.acknowledged;
  }

  /** Whether pacing stopped the last flush before its end. */
  get starved(): boolean {
    return this.#timing.starved;
  }

  /** Whether more would be sent at once if it were there. */
  get hungry(): boolean {
    return this.#line?.hungry(this.cwnd) === true;
  }

  /** More follows at once what is queued. */
  get more(): boolean {
    return this.#line?.more === true;
  }
  set more(more: boolean) {
    if (this.#line) this.#line.more = more;
  }

  /** From now on, before anything is sent, what is known of the line decides when; without it KCP's own timing holds. */
  timedBy(flight: Flight): void {
    const { send, rtt, counters, output } = this;
    this.#line = new LineTiming(this.#o, send, rtt, this.#writer, output, counters, flight);
    this.#timing = this.#line;
  }

  /** Shows the peer that what is sent is paced. */
  showsPace(): void {
    this.#acks.shows = true;
  }

  /** Bounds what the peer may have on the way, below the receive window. */
  brakedBy(brake: Brake): void {
    this.#writer.brake = brake;
  }

  get cwnd(): number {
    const window = Math.min(this.#o.sndWnd, this.rmtWnd);
    return this.#congestion ? Math.min(window, this.#congestion.cwnd) : window;
  }

  /** Whether a write is taken now, counting `extra` bytes that were taken but not yet written. */
  writable(extra: number): boolean {
    const flight = this.#line?.flight;
    const { sndWnd } = this.#o;
    const added = Math.ceil(extra / this.mss);
    if (this.send.waiting + added >= sndWnd) return false;
    if (flight && this.send.queued + added >= flight.queueLimit(this.mss)) return false;
    const fits = this.send.fits(extra);
    // What is in flight brings an ACK, and with it another try.
    if (!fits && this.send.waiting === 0) this.#needy = true;
    return fits;
  }

  /** Takes `length` bytes, at most `writeBytes`, from kernel memory. */
  write(from: number, length: number): void {
    this.send.write(from, length);
  }

  /** The process did not run up to `now`: what was sent before is no measure of the line. */
  slept(now: number): void {
    this.rtt.slept(now);
    this.#line?.flight.slept(now);
  }

  /** Gives all memory back; what comes in afterwards, and the rest of what is coming in, is dropped. */
  dispose(): void {
    this.#disposed = true;
    this.send.dispose();
    this.receive.dispose();
  }

  /**
   * One datagram's KCP bytes, in kernel memory.
   * @param recovered rebuilt by FEC: it is old, so it tells neither the window nor the round trip
   * @returns false where it was refused (KCPInErrors), at the segment that was wrong
   */
  input(offset: number, length: number, now: number, recovered: boolean): boolean {
    const { bytes, view } = this.kernel;
    const stop = offset + length;
    let at = offset;
    let moved = false;
    let echoed = 0;
    let acked = false;
    let segments = 0;
    let before = CMD_PUSH;
    let beforeSn = 0;
    let whole = length >= HEADER_BYTES;
    this.fresh = false;
    // A reader may end the session over what it is given.
    while (stop - at >= HEADER_BYTES && !this.#disposed) {
      const cmd = bytes[at + AT_CMD];
      const size = view.getUint32(at + AT_LEN, true);
      const data = at + HEADER_BYTES;
      if (view.getInt32(at, true) !== this.#conv || cmd < CMD_PUSH || cmd > CMD_WINS || size > stop - data) {
        whole = false;
        break;
      }
      segments++;
      if (!recovered) this.rmtWnd = view.getUint16(at + AT_WND, true);
      const sn = view.getInt32(at + AT_SN, true);
      const ts = view.getInt32(at + AT_TS, true);
      const una = view.getInt32(at + AT_UNA, true);
      if (diff(una, this.send.una) >= 0) this.fresh = true;
      if (cmd === CMD_ACK) echoed = (ts - this.#epoch) | 0;
      if (this.#line?.answered(cmd === CMD_ACK, sn, echoed, una, recovered, now)) moved = true;
      if (this.send.acknowledgeBelow(una)) moved = true;
      if (cmd === CMD_PUSH) {
        if (!recovered) this.#writer.brake?.arrived(ts, now);
        this.#push(sn, ts, data, size);
      } else if (cmd === CMD_ACK) {
        if (before === CMD_ACK && sn === beforeSn && diff(sn, una) < 0) this.#writer.brake?.paced();
        if (this.send.acknowledge(sn, echoed)) moved = true;
        acked = true;
      } else if (cmd === CMD_WASK) this.#tellWindow = true;
      before = cmd;
      beforeSn = sn;
      at = data + size;
    }
    this.counters.InSegs += segments;
    if (!whole) this.counters.KCPInErrors++;
    if (acked && !recovered) {
      this.rtt.acknowledged(echoed, now);
      if (!this.proved && this.send.nxt !== 0) {
        this.proved = diff(now | 0, echoed) >= 0 && diff(echoed, this.#writer.sentSince) >= 0;
      }
    }
    if (moved) {
      this.#congestion?.advanced(this.rmtWnd);
      this.#urgent = true;
    }
    if (moved || acked) this.send.acknowledged = true;
    return whole;
  }

  /** Gives the reader what waits for it; the owner calls it at the end of a turn's input and when the reader resumes. */
  drain(): void {
    if (this.receive.drain(this.reader)) this.#tellWindow = this.#urgent = true;
  }

  /**
   * Ends a turn's input: counts ACKs towards fast retransmission.
   * @returns what the turn calls for: a whole flush, only the ACKs, or nothing yet
   */
  settle(now: number): 'all' | 'acks' | 'none' {
    if (this.#timing.settle(now)) this.#urgent = true;
    const room = this.send.inFlight < this.cwnd && this.#line?.flight.full !== true;
    if (this.#urgent || (this.send.queued > 0 && room)) return 'all';
    const enough = Math.floor(this.#o.mtu / HEADER_BYTES);
    const { count } = this.#acks;
    return count > 0 && (this.#o.ackNoDelay || count >= enough) ? 'acks' : 'none';
  }

  /**
   * Writes what is due to the output: ACKs, window probes, then data.
   * @param now the clock in ms, after the socket was drained: a late timer must not take waiting ACKs for lost ones
   */
  flush(now: number, acksOnly = false): void {
    const writer = this.#writer;
    writer.now = now;
    this.#acks.flush(writer);
    if (!acksOnly) {
      this.#urgent = false;
      const clock = now | 0;
      this.#probe(clock);
      if (this.#askWindow) writer.control(CMD_WASK, 0, (clock + this.#epoch) | 0);
      if (this.#tellWindow) writer.control(CMD_WINS, 0, (clock + this.#epoch) | 0);
      this.#askWindow = this.#tellWindow = false;
      this.#timing.flush(now, this.cwnd);
    }
    writer.commit();
  }

  /**
   * When to flush next, in ms of the clock: at the next tick of `interval` while ACKs wait, else at the tick behind the
   * first RTO or probe; Infinity when nothing is outstanding, so that an idle session has no timer.
   */
  nextFlush(now: number): number {
    const { interval } = this.#o;
    const tick = (Math.floor(now / interval) + 1) * interval;
    const needy = this.#needy;
    this.#needy = false;
    const own = this.#timing.nextAt(now);
    if (this.#acks.count > 0 || this.#tellWindow || this.#urgent || needy)
      return this.#line ? Math.min(tick, own) : tick;
    if (this.rmtWnd !== 0) return own;
    const probe = this.#probeWait === 0 ? 0 : diff(this.#probeAt, now | 0);
    if (this.#line) return Math.min(now + probe, own);
    return Math.min(own, Math.max(tick, Math.ceil((now + probe) / interval) * interval));
  }

  #push(sn: number, ts: number, offset: number, length: number): void {
    if (!this.receive.accepts(sn)) return;
    const pushed = this.receive.push(sn, offset, length, this.reader);
    if (pushed === Pushed.Dropped) this.counters.InErrs++;
    else this.#acks.add(sn, ts);
    if (pushed === Pushed.Repeated) this.counters.RepeatSegs++;
  }

  #probe(now: number): void {
    if (this.rmtWnd !== 0) {
      this.#probeWait = 0;
    } else if (this.#probeWait === 0) {
      this.#probeWait = PROBE_FIRST;
      this.#probeAt = (now + PROBE_FIRST) | 0;
    } else if (diff(now, this.#probeAt) >= 0) {
      this.#probeWait = Math.min(this.#probeWait + (this.#probeWait >> 1), PROBE_LIMIT);
      this.#probeAt = (now + this.#probeWait) | 0;
      this.#askWindow = true;
    }
  }
}
