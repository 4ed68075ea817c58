import type { Kernel } from '../kernel/kernel.ts';
import { Store } from '../kernel/store.ts';
import { moved, NO_SLOTS, slotsFor } from './ring.ts';
import { diff } from './segment.ts';

/** fastack of a segment that was sent again for missing ACKs: not again before its RTO (kcp-go: 0xFFFFFFFF). */
const HELD = -1;

/** Why a segment is to be sent. */
export const enum Due {
  No,
  Fast,
  Early,
  Timeout,
}

/** How many values there are for each segment. */
const RINGS = 9;

/** The most ACK timestamps remembered between two walks: more than any sensible `resend`. */
const MAX_RESEND = 32;
/** the latest ACK timestamps seen in a walk, descending; a walk leaves nothing in it that is needed again */
const latestSeen = new Int32Array(MAX_RESEND);

/**
 * Segments to send in a ring indexed by sn, which grows as it fills: [una, nxt) are in flight (kcp's snd_buf), [nxt, end)
 * are queued.
 *
 * The reference walks the whole window for each ACK, to add 1 to `fastack` of every older segment. Here an ACK only
 * leaves a mark at its sn; `applyAcks` then settles all marks of an event-loop turn in one walk from the highest down,
 * in which the marks seen so far are those above a segment.
 */
export class SendWindow {
  /** the first sn not acknowledged */
  una = 0;
  /** the next sn to enter the window */
  nxt = 0;
  /** behind the last sn queued */
  end = 0;
  /** the peer has acknowledged something */
  acknowledged = false;
  mask = -1;
  /** where in kernel memory the data lies; 0 once acknowledged */
  data = NO_SLOTS;
  lengths = NO_SLOTS;
  /** clock at the last transmission */
  ts = NO_SLOTS;
  /** clock at which the RTO passes */
  due = NO_SLOTS;
  rto = NO_SLOTS;
  /** transmissions so far */
  xmit = NO_SLOTS;
  #fastack = NO_SLOTS;
  /** ACKs that came for this sn since the last walk, and the latest timestamp they carried */
  #marks = NO_SLOTS;
  #markTs = NO_SLOTS;
  /** the highest marked sn, valid while #marked */
  #highest = 0;
  #marked = false;
  /** whether a segment may have a fastack that `Due.Early` would act on */
  #suspects = false;
  /** how many of them are remembered in a walk */
  readonly #remembered: number;
  readonly #store: Store;

  /**
   * @param size the send window, in segments
   * @param mss bytes of data of a full segment
   * @param writeBytes the largest single write, which is taken whole once there is room for a segment
   * @param resend fastack that makes a segment due; 0 turns fast retransmission off
   */
  constructor(
    readonly size: number,
    readonly mss: number,
    private readonly writeBytes: number,
    private readonly resend: number,
    private readonly kernel: Kernel,
  ) {
    this.#remembered = Math.min(Math.max(resend, 1), MAX_RESEND);
    this.#store = new Store(kernel, size + Math.ceil(writeBytes / mss) + 1);
  }

  get inFlight(): number {
    return diff(this.nxt, this.una);
  }

  get queued(): number {
    return diff(this.end, this.nxt);
  }

  /** Queued and in flight. */
  get waiting(): number {
    return diff(this.end, this.una);
  }

  /** Whether there is memory for a write of so many bytes and what may be added to it, up to the largest. */
  fits(length: number): boolean {
    return this.#store.fits(length, this.writeBytes);
  }

  /** Cuts a write that `fits` from kernel memory to segments; the last queued one is topped up first (stream mode). */
  write(from: number, length: number): void {
    const stop = from + length;
    let at = from;
    if (this.end !== this.nxt) {
      const last = (this.end - 1) & this.mask;
      const filled = this.lengths[last];
      const n = Math.min(this.mss - filled, length);
      if (n > 0) {
        this.#extend(last, filled + n);
        this.kernel.copy(this.data[last] + filled, at, n);
        at += n;
      }
    }
    while (at < stop) {
      const n = Math.min(this.mss, stop - at);
      if (this.waiting > this.mask) this.#grow();
      const slot = this.end & this.mask;
      const data = this.#store.alloc(n, true);
      this.kernel.copy(data, at, n);
      this.data[slot] = data;
      this.lengths[slot] = n;
      this.xmit[slot] = 0;
      this.#fastack[slot] = 0;
      this.#marks[slot] = 0;
      this.end = (this.end + 1) | 0;
      at += n;
    }
  }

  /** Drops everything below the peer's una. @returns whether una moved. */
  acknowledgeBelow(una: number): boolean {
    if (diff(una, this.una) <= 0 || diff(una, this.nxt) > 0) return false;
    while (this.una !== una) {
      this.#release(this.una & this.mask);
      this.una = (this.una + 1) | 0;
    }
    this.#skipAcknowledged();
    return true;
  }

  /** One ACK segment: sn arrived, in answer to a transmission of clock ts. @returns whether una moved. */
  acknowledge(sn: number, ts: number): boolean {
    if (diff(sn, this.una) < 0 || diff(sn, this.nxt) >= 0) return false;
    const slot = sn & this.mask;
    this.#release(slot);
    if (sn === this.una) {
      this.#skipAcknowledged();
      return true;
    }
    if (this.#marks[slot]++ === 0 || diff(ts, this.#markTs[slot]) > 0) this.#markTs[slot] = ts;
    if (!this.#marked || diff(sn, this.#highest) > 0) this.#highest = sn;
    this.#marked = true;
    return false;
  }

  /**
   * Settles the marks that ACKs left: `fastack` of a segment grows by the ACKs for later segments whose timestamp is
   * not before its own transmission.
   * @returns whether a segment is now due for fast retransmission
   */
  applyAcks(): boolean {
    if (!this.#marked) return false;
    this.#marked = false;
    const { una, mask, resend } = this;
    let above = 0;
    let latest = 0;
    let fast = false;
    if (diff(this.#highest, una) < 0) return false;
    for (let sn = this.#highest; diff(sn, una) >= 0; sn = (sn - 1) | 0) {
      const slot = sn & mask;
      if (above > 0 && this.data[slot] !== 0 && this.#fastack[slot] !== HELD) {
        // ACKs above a segment sent once answer later transmissions; one sent again is newer than most of them.
        const counted = this.xmit[slot] === 1 ? above : this.#notBefore(this.ts[slot], latest);
        if (counted > 0) {
          this.#fastack[slot] += counted;
          this.#suspects = true;
          if (resend > 0 && this.#fastack[slot] >= resend) fast = true;
        }
      }
      const marks = this.#marks[slot];
      if (marks > 0) {
        this.#marks[slot] = 0;
        above += marks;
        latest = this.#remember(this.#markTs[slot], marks, latest);
      }
    }
    return fast;
  }

  /** Whether some segment may be due at `now` for another reason than being new. */
  mayBeDue(now: number, earliest: number): boolean {
    return this.#suspects || (this.inFlight > 0 && diff(now, earliest) >= 0);
  }

  /** Whether and why the segment in this slot, sent before, is due again. `idle`: no new segment enters the window. */
  dueAgain(slot: number, now: number, idle: boolean): Due {
    const fastack = this.#fastack[slot];
    if (fastack > 0) {
      if (this.resend > 0 && fastack >= this.resend) return Due.Fast;
      if (idle) return Due.Early;
    }
    return diff(now, this.due[slot]) >= 0 ? Due.Timeout : Due.No;
  }

  /** Records a transmission. */
  sent(slot: number, now: number, rto: number, why: Due): void {
    this.xmit[slot]++;
    this.ts[slot] = now;
    this.rto[slot] = rto;
    this.due[slot] = (now + rto) | 0;
    this.#fastack[slot] = why === Due.Fast || why === Due.Early ? HELD : 0;
  }

  /** After a whole walk: whether segments with a fastack below `resend` remain. */
  walked(suspects: boolean): void {
    this.#suspects = suspects;
  }

  suspect(slot: number): boolean {
    return this.#fastack[slot] > 0;
  }

  /** Gives all memory back; the window is of no more use. */
  dispose(): void {
    for (; this.una !== this.end; this.una = (this.una + 1) | 0) this.#release(this.una & this.mask);
    this.nxt = this.end;
  }

  #release(slot: number): void {
    const data = this.data[slot];
    if (data === 0) return;
    this.data[slot] = 0;
    this.#store.free(data);
  }

  #grow(): void {
    const before = this.mask;
    this.mask = slotsFor(this.waiting + 1) - 1;
    const slots = this.mask + 1;
    // All in one piece of memory: a small array of its own takes ten times what is in it.
    const memory = new Int32Array(RINGS * slots);
    let rings = 0;
    const move = (ring: Int32Array): Int32Array =>
      moved(ring, this.una, before, this.mask, memory.subarray(rings * slots, ++rings * slots));
    this.data = move(this.data);
    this.lengths = move(this.lengths);
    this.ts = move(this.ts);
    this.due = move(this.due);
    this.rto = move(this.rto);
    this.xmit = move(this.xmit);
    this.#fastack = move(this.#fastack);
    this.#marks = move(this.#marks);
    this.#markTs = move(this.#markTs);
  }

  /** Makes room for `length` bytes in a segment that holds fewer. */
  #extend(slot: number, length: number): void {
    const { data, lengths } = this;
    const from = data[slot];
    if (!this.#store.extend(from, lengths[slot], length)) {
      data[slot] = this.#store.alloc(length, true);
      this.kernel.copy(data[slot], from, lengths[slot]);
      this.#store.free(from);
    }
    lengths[slot] = length;
  }

  #skipAcknowledged(): void {
    while (this.una !== this.nxt && this.data[this.una & this.mask] === 0) this.una = (this.una + 1) | 0;
  }

  /** Keeps the latest timestamps in descending order. @returns how many are kept now */
  #remember(ts: number, times: number, kept: number): number {
    const list = latestSeen;
    const most = this.#remembered;
    for (let n = 0; n < times; n++) {
      let at = kept;
      while (at > 0 && diff(ts, list[at - 1]) > 0) at--;
      if (at >= most) break;
      list.copyWithin(at + 1, at, Math.min(kept, most - 1));
      list[at] = ts;
      if (kept < most) kept++;
    }
    return kept;
  }

  #notBefore(ts: number, kept: number): number {
    let n = 0;
    while (n < kept && diff(latestSeen[n], ts) >= 0) n++;
    return n;
  }
}
