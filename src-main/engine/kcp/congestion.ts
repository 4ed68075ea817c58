import { SSTHRESH_FIRST, SSTHRESH_MIN } from './segment.ts';

/** The congestion window of `nc` 0, in segments: slow start, additive increase, halving (kcp-go; RFC 5681, RFC 6937). */
export class CongestionWindow {
  cwnd = 1;
  #ssthresh = SSTHRESH_FIRST;
  /** the window in bytes, which grows by fractions of a segment */
  #incr: number;

  constructor(private readonly mss: number) {
    this.#incr = mss;
  }

  /** A datagram moved una on. */
  advanced(remoteWindow: number): void {
    if (this.cwnd >= remoteWindow) return;
    const { mss } = this;
    if (this.cwnd < this.#ssthresh) {
      this.cwnd++;
      this.#incr += mss;
    } else {
      this.#incr = Math.max(this.#incr, mss);
      this.#incr += Math.floor((mss * mss) / this.#incr) + Math.floor(mss / 16);
      if ((this.cwnd + 1) * mss <= this.#incr) this.cwnd = Math.floor((this.#incr + mss - 1) / mss);
    }
    if (this.cwnd > remoteWindow) {
      this.cwnd = remoteWindow;
      this.#incr = remoteWindow * mss;
    }
  }

  /** A flush sent segments again for missing ACKs (fast or early). */
  retransmitted(inFlight: number, resend: number): void {
    this.#ssthresh = Math.max(inFlight >>> 1, SSTHRESH_MIN);
    this.cwnd = this.#ssthresh + resend;
    this.#incr = this.cwnd * this.mss;
  }

  /** A flush sent segments again because their RTO had passed, while the window was `cwnd`. */
  timedOut(cwnd: number): void {
    this.#ssthresh = Math.max(cwnd >>> 1, SSTHRESH_MIN);
    this.cwnd = 1;
    this.#incr = this.mss;
  }
}
