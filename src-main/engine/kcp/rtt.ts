import { diff, RTO_FIRST, RTO_MAX, RTO_MIN, RTO_MIN_NODELAY } from './segment.ts';

/** Round-trip time and retransmission timeout in ms: RFC 6298 in integers, as kcp-go's update_ack. */
export class RttEstimator {
  /** 0 until the first sample */
  srtt = 0;
  rttvar = 0;
  rto = RTO_FIRST;
  /** ms of the clock, 32 bits: of what was sent before, the acknowledgement may have waited here for us */
  #awakeSince: number | undefined;
  readonly #min: number;

  constructor(
    nodelay: boolean,
    private readonly interval: number,
  ) {
    this.#min = nodelay ? RTO_MIN_NODELAY : RTO_MIN;
  }

  /** The process did not run up to `now`: what was sent before is no measure of the line. */
  slept(now: number): void {
    this.#awakeSince = now | 0;
  }

  /** A segment that went out at `sent` (32 bits of the clock) is acknowledged. */
  acknowledged(sent: number, now: number): void {
    const rtt = diff(now | 0, sent);
    if (rtt < 0) return;
    if (this.#awakeSince !== undefined) {
      if (diff(sent, this.#awakeSince) < 0) return;
      this.#awakeSince = undefined;
    }
    this.sample(rtt);
  }

  sample(rtt: number): void {
    if (this.srtt === 0) {
      this.srtt = rtt;
      this.rttvar = rtt >> 1;
    } else {
      const delta = rtt - this.srtt;
      const distance = Math.abs(delta);
      this.srtt += delta >> 3;
      // A sample far below range weighs 8x less, or a single fast one would widen the variance.
      this.rttvar += (distance - this.rttvar) >> (rtt < this.srtt - this.rttvar ? 5 : 2);
    }
    const rto = this.srtt + Math.max(this.interval, this.rttvar << 2);
    this.rto = Math.min(Math.max(this.#min, rto), RTO_MAX);
  }
}
