import { RTO_FIRST, RTO_MAX, RTO_MIN, RTO_MIN_NODELAY } from './segment.ts';

/** Round-trip time and retransmission timeout in ms: RFC 6298 in integers, as kcp-go's update_ack. */
export class RttEstimator {
  /** 0 until the first sample */
  srtt = 0;
  rttvar = 0;
  rto = RTO_FIRST;
  readonly #min: number;

  constructor(
    nodelay: boolean,
    private readonly interval: number,
  ) {
    this.#min = nodelay ? RTO_MIN_NODELAY : RTO_MIN;
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
