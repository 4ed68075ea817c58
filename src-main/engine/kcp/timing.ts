import type { Counters } from '../../../shared/counters.ts';
import type { KcpSettings } from './kcp.ts';
import type { RttEstimator } from './rtt.ts';
import { DIAL_RTO_MAX } from './segment.ts';
import type { DatagramOutput, SegmentWriter } from './segment-writer.ts';
import { Due, type SendWindow } from './send-window.ts';

/** When segments are sent, and sent again: by kcptun's own timing, or by what is known of the line. Clocks are ms. */
export abstract class Timing {
  /** pacing stopped the last flush before its end */
  starved = false;

  constructor(
    protected readonly o: KcpSettings,
    protected readonly send: SendWindow,
    protected readonly rtt: RttEstimator,
    protected readonly writer: SegmentWriter,
    protected readonly output: DatagramOutput,
    protected readonly counters: Counters,
  ) {}

  /** Ends a turn's input. @returns whether something is to be sent again at once */
  abstract settle(now: number): boolean;

  /** Writes what is due; `window` segments may be in flight. */
  abstract flush(now: number, window: number): void;

  /** When to flush next though nothing comes, from `now` on; Infinity for never. */
  abstract nextAt(now: number): number;

  /** Sends a segment again, in its slot; `clock` is 32 bits. */
  protected again(slot: number, sn: number, clock: number, why: Due): void {
    const { send, counters } = this;
    let { rto } = this.rtt;
    if (why === Due.Timeout) {
      rto = send.rto[slot] + (this.o.nodelay ? rto >> 1 : rto);
      // A server that comes up is found soon: the reference lets the first segment's RTO grow without bound.
      if (!send.acknowledged) rto = Math.min(rto, DIAL_RTO_MAX);
      counters.LostSegs++;
    } else if (why === Due.Fast) counters.FastRetransSegs++;
    else counters.EarlyRetransSegs++;
    counters.RetransSegs++;
    send.sent(slot, clock, rto, why);
    this.writer.data(send, slot, sn, clock);
  }

  /** Sends the next queued segment for the first time. */
  protected first(clock: number): void {
    const { send } = this;
    const slot = send.nxt & send.mask;
    send.sent(slot, clock, this.rtt.rto, Due.No);
    this.writer.data(send, slot, send.nxt, clock);
    send.nxt = (send.nxt + 1) | 0;
  }
}
