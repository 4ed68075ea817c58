import type { Counters } from '../../../shared/counters.ts';
import { MAX_INT32, MAX_UINT16 } from '../../../shared/wire.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Brake } from '../line/brake.ts';
import type { Flight } from '../line/flight.ts';
import { CongestionWindow } from './congestion.ts';
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
  DIAL_RTO_MAX,
  diff,
  HEADER_BYTES,
  PROBE_FIRST,
  PROBE_LIMIT,
  WND_FIRST,
  writeSegment,
} from './segment.ts';
import { Due, SendWindow } from './send-window.ts';

const NO_ACKS = new Int32Array(0);
/** Words of the list of ACKs at first. */
const FIRST_ACKS = 8;
/** So many ACKs are held until the next flush with any receive window; with a larger one, twice as many as it has segments. */
const LEAST_ACKS = 1024;
/** What is so short is sent with so many of the next flushes too, to a peer that waits for it on a line that loses. */
const COPIES = 2;
const COPIED_BYTES = 128;
/** What is sent again from the front of the window when nothing is heard. */
const TAIL_SEGMENTS = 2;

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

/** Where the datagrams go: one is begun, filled with up to mtu bytes, and committed. */
export interface DatagramOutput {
  /** Whether more may be sent now (pacing); asked before each data segment. */
  ready(): boolean;
  /** @returns the offset in kernel memory of the next datagram's KCP bytes */
  begin(): number;
  /** @param data whether there is data in it, and not ACKs and the like alone, which are not paced */
  commit(length: number, data: boolean): void;
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
  /** the peer has acknowledged something */
  acknowledged = false;
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
  /** signed, as the view reads it: a number of 32 bits more would be allocated for each segment */
  readonly #conv: number;
  readonly #epoch: number;
  /** the clock at the first PUSH */
  #sentSince = 0;
  readonly #congestion: CongestionWindow | undefined;
  /** (sn, ts) of PUSHes to answer */
  #acks = new Int32Array(FIRST_ACKS);
  #ackCount = 0;
  /** those of the flush before, for `#repeatAcks` */
  #repeat = NO_ACKS;
  #repeatCount = 0;
  #askWindow = false;
  #tellWindow = false;
  #probeWait = 0;
  #probeAt = 0;
  /** a flush is wanted that does not wait for the interval */
  #urgent = false;
  /** the earliest RTO of what is in flight, or earlier */
  #earliest = 0;
  /** pacing stopped the last flush */
  #starved = false;
  /** a write was put off for want of memory since `nextFlush` was asked last */
  #needy = false;
  /** Knows the line, and times what is sent: set before the first segment is; without it KCP's own timing holds. */
  flight: Flight | undefined;
  /** Bounds what the peer may have on the way, below the receive window. */
  brake: Brake | undefined;
  /** More follows at once what is queued: a segment that is not full waits for it. */
  more = false;
  /** the next sn at the end of each of the latest flushes */
  #copies = NO_ACKS;
  /** when the present flush began */
  #now = 0;
  // the datagram being written
  #begun = -1;
  #begunData = false;
  #at = 0;

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
    this.#congestion = options.noCongestionWindow ? undefined : new CongestionWindow(this.mss);
  }

  get cwnd(): number {
    const window = Math.min(this.#o.sndWnd, this.rmtWnd);
    return this.#congestion ? Math.min(window, this.#congestion.cwnd) : window;
  }

  /** Whether a write is taken now, counting `extra` bytes that were taken but not yet written. */
  writable(extra: number): boolean {
    const { flight } = this;
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
    this.flight?.slept(now);
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
      if (this.flight) this.#answered(this.flight, cmd === CMD_ACK, sn, echoed, una, recovered, now);
      if (this.send.acknowledgeBelow(una)) moved = true;
      if (cmd === CMD_PUSH) {
        if (!recovered) this.brake?.arrived(ts, now);
        this.#push(sn, ts, data, size);
      } else if (cmd === CMD_ACK) {
        if (this.send.acknowledge(sn, echoed)) moved = true;
        acked = true;
      } else if (cmd === CMD_WASK) this.#tellWindow = true;
      at = data + size;
    }
    this.counters.InSegs += segments;
    if (!whole) this.counters.KCPInErrors++;
    if (acked && !recovered) {
      this.rtt.acknowledged(echoed, now);
      if (!this.proved && this.send.nxt !== 0) {
        this.proved = diff(now | 0, echoed) >= 0 && diff(echoed, this.#sentSince) >= 0;
      }
    }
    if (moved) {
      this.#congestion?.advanced(this.rmtWnd);
      this.#urgent = true;
    }
    if (moved || acked) this.acknowledged = true;
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
    const { flight } = this;
    if (flight) {
      if (flight.losses > 0 || now >= flight.recheckAt) this.#urgent = true;
    } else if (this.send.applyAcks()) this.#urgent = true;
    const room = this.send.inFlight < this.cwnd && flight?.full !== true;
    if (this.#urgent || (this.send.queued > 0 && room)) return 'all';
    const enough = Math.floor(this.#o.mtu / HEADER_BYTES);
    return this.#ackCount > 0 && (this.#o.ackNoDelay || this.#ackCount >= enough) ? 'acks' : 'none';
  }

  /**
   * Writes what is due to the output: ACKs, window probes, then data.
   * @param now the clock in ms, after the socket was drained: a late timer must not take waiting ACKs for lost ones
   */
  flush(now: number, acksOnly = false): void {
    const clock = now | 0;
    this.#now = now;
    this.#flushAcks();
    if (!acksOnly) {
      this.#urgent = false;
      this.#probe(clock);
      if (this.#askWindow) this.#control(CMD_WASK, 0, (clock + this.#epoch) | 0);
      if (this.#tellWindow) this.#control(CMD_WINS, 0, (clock + this.#epoch) | 0);
      this.#askWindow = this.#tellWindow = false;
      if (this.flight) this.#flushLine(this.flight, now);
      else this.#flushData(clock);
    }
    this.#commit();
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
    const { flight } = this;
    const overdue = flight
      ? Math.max(now, Math.min(flight.recheckAt, flight.timeoutAt(this.send)))
      : Infinity;
    if (this.#ackCount > 0 || this.#tellWindow || this.#urgent || needy) return Math.min(tick, overdue);
    let wait = Infinity;
    if (this.send.inFlight > 0 && !flight) wait = diff(this.#earliest, now | 0);
    if (this.rmtWnd === 0) wait = Math.min(wait, this.#probeWait === 0 ? 0 : diff(this.#probeAt, now | 0));
    if (flight) return Math.min(now + wait, overdue);
    return wait === Infinity ? wait : Math.max(tick, Math.ceil((now + wait) / interval) * interval);
  }

  /** Whether pacing stopped the last flush before its end. */
  get starved(): boolean {
    return this.#starved;
  }

  /** Tells the line model what a segment of the peer's answers: what its ACK names first, then what una does. */
  #answered(
    flight: Flight,
    named: boolean,
    sn: number,
    ts: number,
    una: number,
    recovered: boolean,
    now: number,
  ): void {
    const { send } = this;
    if (named && diff(sn, send.una) >= 0 && diff(sn, send.nxt) < 0 && send.data[sn & send.mask] !== 0) {
      flight.acknowledged(sn, ts, recovered, now, send);
      send.acknowledge(sn, ts);
    } else if (named && diff(sn, send.una) > 0) flight.repeats++;
    if (diff(una, send.nxt) > 0) return;
    for (let below = send.una; diff(below, una) < 0; below = (below + 1) | 0) {
      if (send.data[below & send.mask] !== 0) flight.acknowledged(below, undefined, recovered, now, send);
    }
  }

  #push(sn: number, ts: number, offset: number, length: number): void {
    if (!this.receive.accepts(sn)) return;
    const pushed = this.receive.push(sn, offset, length, this.reader);
    if (pushed === Pushed.Dropped) this.counters.InErrs++;
    else this.#acknowledge(sn, ts);
    if (pushed === Pushed.Repeated) this.counters.RepeatSegs++;
  }

  /** What finds no room in the list is as if its ACK were lost. */
  #acknowledge(sn: number, ts: number): void {
    const at = this.#ackCount * 2;
    if (at === this.#acks.length) {
      if (this.#ackCount >= Math.max(LEAST_ACKS, 2 * this.#o.rcvWnd)) return;
      const grown = new Int32Array(at * 2);
      grown.set(this.#acks);
      this.#acks = grown;
    }
    this.#acks[at] = sn;
    this.#acks[at + 1] = ts;
    this.#ackCount++;
  }

  #flushAcks(): void {
    if (this.#o.repeatAcks) this.#repeatAcks();
    const last = this.#ackCount - 1;
    for (let i = 0; i <= last; i++) {
      const sn = this.#acks[i * 2];
      // una already tells everything below nxt; the last one stays for its timestamp.
      if (i !== last && diff(sn, this.receive.nxt) < 0) continue;
      const older = i === last && this.brake?.braking ? this.brake.older() : 0;
      this.#control(CMD_ACK, sn, (this.#acks[i * 2 + 1] - older) | 0);
    }
    this.#ackCount = 0;
  }

  /**
   * While something is missing, una tells nothing of what came behind it, and a lost datagram of ACKs looks like as many
   * lost segments: the ACKs of the flush before are sent once more. They go first, as the peer takes a round trip from
   * the last.
   */
  #repeatAcks(): void {
    const now = this.#ackCount;
    if (now === 0) return;
    for (let i = 0; i < this.#repeatCount; i++) {
      const sn = this.#repeat[i * 2];
      if (diff(sn, this.receive.nxt) > 0) this.#control(CMD_ACK, sn, this.#repeat[i * 2 + 1]);
    }
    this.#repeatCount = this.receive.ahead > 0 ? now : 0;
    if (this.#repeatCount === 0) return;
    if (this.#repeat.length < now * 2) this.#repeat = new Int32Array(this.#acks.length);
    for (let i = 0; i < now * 2; i++) this.#repeat[i] = this.#acks[i];
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

  #flushData(now: number): void {
    const { send, output } = this;
    const cwnd = this.cwnd;
    const room = Math.min(cwnd - send.inFlight, send.queued);
    send.applyAcks();
    this.#starved = false;
    let again = 0;
    let timedOut = 0;
    if (send.mayBeDue(now, this.#earliest)) {
      let earliest = MAX_INT32;
      let suspects = false;
      for (let sn = send.una; sn !== send.nxt; sn = (sn + 1) | 0) {
        const slot = sn & send.mask;
        if (send.data[slot] === 0) continue;
        const why = send.dueAgain(slot, now, room <= 0);
        if (why !== Due.No) {
          if (this.#starved || !output.ready()) this.#starved = true;
          else {
            if (why === Due.Timeout) timedOut++;
            else again++;
            this.#sendAgain(slot, sn, now, why);
          }
        }
        if (send.suspect(slot)) suspects = true;
        const wait = diff(send.due[slot], now);
        if (wait < earliest) earliest = wait;
      }
      send.walked(suspects);
      this.#earliest = (now + earliest) | 0;
    }
    if (!this.#starved) this.#sendNew(room, now);
    if (this.#congestion) {
      if (again > 0) this.#congestion.retransmitted(send.inFlight, this.#o.resend);
      if (timedOut > 0) this.#congestion.timedOut(cwnd);
    }
  }

  /** Sends by what is known of the line: first what is lost, then what fits into it. */
  #flushLine(flight: Flight, now: number): void {
    const { send, output } = this;
    const clock = now | 0;
    this.#starved = false;
    flight.detect(now, send);
    let tail = 0;
    if (flight.losses === 0 && now >= flight.timeoutAt(send)) {
      tail = TAIL_SEGMENTS;
      flight.timedOut();
    }
    for (let sn = send.una; sn !== send.nxt && (flight.losses > 0 || tail > 0); sn = (sn + 1) | 0) {
      const slot = sn & send.mask;
      if (send.data[slot] === 0) continue;
      const lost = flight.isLost(sn);
      if (!lost && tail-- <= 0) continue;
      if (!output.ready()) {
        this.#starved = true;
        return;
      }
      flight.sent(sn, send.lengths[slot], true, now, send);
      this.#sendAgain(slot, sn, clock, lost ? Due.Fast : Due.Timeout);
    }
    const cwnd = this.cwnd;
    flight.bounded(cwnd);
    while (send.queued > 0 && send.inFlight < cwnd && !flight.full) {
      const slot = send.nxt & send.mask;
      const length = send.lengths[slot];
      if (this.more && length < this.mss && send.queued === 1) return;
      if (!output.ready()) {
        this.#starved = true;
        return;
      }
      flight.sent(send.nxt, length, false, now, send);
      send.sent(slot, clock, this.rtt.rto, Due.No);
      this.#data(slot, send.nxt, clock);
      send.nxt = (send.nxt + 1) | 0;
    }
    if (send.queued === 0 && !this.more) flight.limited();
    if (this.brake?.loses) this.#sendCopies();
  }

  /**
   * A braked server waits for what we report to it, which is little, and a lost report stops it for a round trip: what is
   * short goes once more with the next datagrams. It is no repeat: nothing is known to be lost, and timestamps stay.
   */
  #sendCopies(): void {
    const { send } = this;
    if (this.#copies === NO_ACKS) this.#copies = new Int32Array(COPIES + 1).fill(send.nxt);
    const from = this.#copies[0];
    if (this.#begun >= 0) {
      for (let sn = from; diff(sn, this.#copies[COPIES]) < 0; sn = (sn + 1) | 0) {
        const slot = sn & send.mask;
        if (diff(sn, send.una) < 0 || send.data[slot] === 0 || send.lengths[slot] > COPIED_BYTES) continue;
        this.#data(slot, sn, send.ts[slot]);
      }
    }
    this.#copies.copyWithin(0, 1);
    this.#copies[COPIES] = send.nxt;
  }

  /** Whether more would be sent at once if it were there. */
  get hungry(): boolean {
    const { flight } = this;
    if (!flight || this.#starved || this.send.inFlight >= this.cwnd || flight.full) return false;
    return this.send.queued === 0 || (this.send.queued === 1 && this.more);
  }

  #sendNew(room: number, now: number): void {
    const { send, output } = this;
    const rto = this.rtt.rto;
    for (let n = 0; n < room; n++) {
      if (!output.ready()) {
        this.#starved = true;
        return;
      }
      const slot = send.nxt & send.mask;
      if (send.inFlight === 0 || diff((now + rto) | 0, this.#earliest) < 0) this.#earliest = (now + rto) | 0;
      send.sent(slot, now, rto, Due.No);
      this.#data(slot, send.nxt, now);
      send.nxt = (send.nxt + 1) | 0;
    }
  }

  #sendAgain(slot: number, sn: number, now: number, why: Due): void {
    const { send, counters } = this;
    let rto = this.rtt.rto;
    if (why === Due.Timeout) {
      rto = send.rto[slot] + (this.#o.nodelay ? rto >> 1 : rto);
      // A server that comes up is found soon: the reference lets the first segment's RTO grow without bound.
      if (!this.acknowledged) rto = Math.min(rto, DIAL_RTO_MAX);
      counters.LostSegs++;
    } else if (why === Due.Fast) counters.FastRetransSegs++;
    else counters.EarlyRetransSegs++;
    counters.RetransSegs++;
    send.sent(slot, now, rto, why);
    this.#data(slot, sn, now);
  }

  #data(slot: number, sn: number, now: number): void {
    if (this.send.nxt === 0) this.#sentSince = now;
    const length = this.send.lengths[slot];
    const at = this.#header(CMD_PUSH, sn, (now + this.#epoch) | 0, length);
    this.kernel.copy(at, this.send.data[slot], length);
    this.#begunData = true;
    this.#at = at + length;
  }

  /** Free slots, as told to the peer, which counts what waits behind a gap as on the way. */
  get #advertised(): number {
    const { free, ahead } = this.receive;
    return this.brake?.braking ? Math.min(free, this.brake.advertised(ahead, this.#now)) : free;
  }

  #control(cmd: number, sn: number, ts: number): void {
    this.#at = this.#header(cmd, sn, ts, 0);
  }

  /** Makes room for a segment in this datagram or the next, and writes its header. @returns the offset of its data */
  #header(cmd: number, sn: number, ts: number, length: number): number {
    if (this.#begun >= 0 && this.#at - this.#begun + HEADER_BYTES + length > this.#o.mtu) this.#commit();
    if (this.#begun < 0) this.#begun = this.#at = this.output.begin();
    const at = this.#at;
    const { receive } = this;
    const wnd = Math.min(this.#advertised, MAX_UINT16);
    writeSegment(this.kernel.view, at, this.#conv, cmd, wnd, ts, sn, receive.nxt, length);
    this.counters.OutSegs++;
    return at + HEADER_BYTES;
  }

  #commit(): void {
    if (this.#begun < 0) return;
    const length = this.#at - this.#begun;
    this.#begun = -1;
    this.output.commit(length, this.#begunData);
    this.#begunData = false;
  }
}
