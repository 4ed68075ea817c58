import type { Counters } from '../../../shared/counters.ts';
import type { Flight } from '../line/flight.ts';
import type { KcpSettings } from './kcp.ts';
import type { RttEstimator } from './rtt.ts';
import { diff } from './segment.ts';
import type { DatagramOutput, SegmentWriter } from './segment-writer.ts';
import { Due, type SendWindow } from './send-window.ts';
import { Timing } from './timing.ts';

/** What is sent again from the front of the window when nothing is heard. */
const TAIL_SEGMENTS = 2;
/** What is so short is sent with so many of the next flushes too, to a peer that waits for it on a line that loses. */
const COPIES = 2;
const COPIED_BYTES = 128;
const NO_COPIES = new Int32Array(0);

/** By what is known of the line: first what is lost, then what fits into it, at its pace. */
export class LineTiming extends Timing {
  /** More follows at once what is queued: a segment that is not full waits for it. */
  more = false;
  /** the next sn at the end of each of the latest flushes */
  #copies = NO_COPIES;

  constructor(
    o: KcpSettings,
    send: SendWindow,
    rtt: RttEstimator,
    writer: SegmentWriter,
    output: DatagramOutput,
    counters: Counters,
    readonly flight: Flight,
  ) {
    super(o, send, rtt, writer, output, counters);
  }

  settle(now: number): boolean {
    return this.flight.losses > 0 || now >= this.flight.recheckAt;
  }

  nextAt(now: number): number {
    return Math.max(now, Math.min(this.flight.recheckAt, this.flight.timeoutAt(this.send)));
  }

  /** Whether more would be sent at once if it were there. */
  hungry(window: number): boolean {
    const { send } = this;
    if (this.starved || send.inFlight >= window || this.flight.full) return false;
    return send.queued === 0 || (send.queued === 1 && this.more);
  }

  /**
   * Tells the line model what a segment of the peer's answers: what its ACK names first, then what una does.
   * @returns whether our own ACKs are to go at once. With the next byte they would cost a peer on the same machine more: it
   * answers una before it reads on. On a line they are better gathered.
   */
  answered(named: boolean, sn: number, ts: number, una: number, recovered: boolean, now: number): boolean {
    const { send, flight } = this;
    let prompt = false;
    if (named && diff(sn, send.una) >= 0 && diff(sn, send.nxt) < 0 && send.data[sn & send.mask] !== 0) {
      flight.acknowledged(sn, ts, recovered, now, send);
      prompt = send.acknowledge(sn, ts) && flight.model.local;
    } else if (named && diff(sn, send.una) > 0) flight.repeats++;
    if (diff(una, send.nxt) > 0) return prompt;
    for (let below = send.una; diff(below, una) < 0; below = (below + 1) | 0) {
      if (send.data[below & send.mask] !== 0) flight.acknowledged(below, undefined, recovered, now, send);
    }
    return prompt;
  }

  flush(now: number, window: number): void {
    const { send, output, flight } = this;
    const clock = now | 0;
    this.starved = false;
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
        this.starved = true;
        return;
      }
      flight.sent(sn, send.lengths[slot], true, now, send);
      this.again(slot, sn, clock, lost ? Due.Fast : Due.Timeout);
    }
    flight.bounded(window);
    while (send.queued > 0 && send.inFlight < window && !flight.full) {
      const length = send.lengths[send.nxt & send.mask];
      if (this.more && length < send.mss && send.queued === 1) return;
      if (!output.ready()) {
        this.starved = true;
        return;
      }
      flight.sent(send.nxt, length, false, now, send);
      this.first(clock);
    }
    if (send.queued === 0 && !this.more) flight.limited();
    if (this.writer.brake?.loses) this.#sendCopies();
  }

  /**
   * A braked server waits for what we report to it, which is little, and a lost report stops it for a round trip: what is
   * short goes once more with the next datagrams. It is no repeat: nothing is known to be lost, and timestamps stay.
   */
  #sendCopies(): void {
    const { send, writer } = this;
    if (this.#copies === NO_COPIES) this.#copies = new Int32Array(COPIES + 1).fill(send.nxt);
    const from = this.#copies[0];
    if (writer.begun) {
      for (let sn = from; diff(sn, this.#copies[COPIES]) < 0; sn = (sn + 1) | 0) {
        const slot = sn & send.mask;
        if (diff(sn, send.una) < 0 || send.data[slot] === 0 || send.lengths[slot] > COPIED_BYTES) continue;
        writer.data(send, slot, sn, send.ts[slot]);
      }
    }
    this.#copies.copyWithin(0, 1);
    this.#copies[COPIES] = send.nxt;
  }
}
