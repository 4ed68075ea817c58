import { MAX_INT32 } from '../../../shared/wire.ts';
import { CongestionWindow } from './congestion.ts';
import { diff } from './segment.ts';
import { Due } from './send-window.ts';
import { Timing } from './timing.ts';

/** kcptun's own: an RTO for each segment, fast and early retransmission, and the congestion window of `nc` 0. */
export class OwnTiming extends Timing {
  congestion: CongestionWindow | undefined;
  /** the earliest RTO of what is in flight, or earlier */
  #earliest = 0;

  settle(): boolean {
    return this.send.applyAcks();
  }

  nextAt(now: number): number {
    if (this.send.inFlight === 0) return Infinity;
    const { interval } = this.o;
    const tick = (Math.floor(now / interval) + 1) * interval;
    return Math.max(tick, Math.ceil((now + diff(this.#earliest, now | 0)) / interval) * interval);
  }

  flush(at: number, cwnd: number): void {
    const now = at | 0;
    const { send, output } = this;
    const room = Math.min(cwnd - send.inFlight, send.queued);
    send.applyAcks();
    this.starved = false;
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
          if (this.starved || !output.ready()) this.starved = true;
          else {
            if (why === Due.Timeout) timedOut++;
            else again++;
            this.again(slot, sn, now, why);
          }
        }
        if (send.suspect(slot)) suspects = true;
        const wait = diff(send.due[slot], now);
        if (wait < earliest) earliest = wait;
      }
      send.walked(suspects);
      this.#earliest = (now + earliest) | 0;
    }
    if (!this.starved) this.#sendNew(room, now);
    if (this.congestion) {
      if (again > 0) this.congestion.retransmitted(send.inFlight, this.o.resend);
      if (timedOut > 0) this.congestion.timedOut(cwnd);
    }
  }

  #sendNew(room: number, now: number): void {
    const { send, output } = this;
    const due = (now + this.rtt.rto) | 0;
    for (let n = 0; n < room; n++) {
      if (!output.ready()) {
        this.starved = true;
        return;
      }
      if (send.inFlight === 0 || diff(due, this.#earliest) < 0) this.#earliest = due;
      this.first(now);
    }
  }
}
