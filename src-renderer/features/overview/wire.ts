import type { Counters } from '../../../shared/counters.ts';
import type { ClientOptions } from '../../../shared/options.ts';
import type { Totals } from '../../../shared/statistics.ts';
import { segmentBytes } from '../../../shared/sizing.ts';

/** What the UDP bytes of a run were for, as shares of them that add up to 1. */
export interface WireShares {
  yours: number;
  fec: number;
  resent: number;
  headers: number;
}

/**
 * Both directions together. Parity sent is counted; kcptun counts no bytes of parity received or of repeats, so those
 * are packets times their average length.
 * @returns null before anything was carried
 */
export function wireShares(totals: Totals, counters: Counters, options: ClientOptions): WireShares | null {
  const wire = totals.wireUp + totals.wireDown;
  if (wire === 0) return null;
  const average = (bytes: number, packets: number) => (packets > 0 ? bytes / packets : 0);
  const inPacket = average(counters.InBytes, counters.InPkts);
  const outPacket = average(counters.OutBytes, counters.OutPkts);
  const segment = segmentBytes(options);

  const fec = Math.min(1, (counters.FECParityShards * inPacket + totals.parityUp) / wire);
  const repeats =
    counters.RetransSegs * Math.min(segment, outPacket) + counters.RepeatSegs * Math.min(segment, inPacket);
  const resent = Math.min(1 - fec, repeats / wire);
  // compressed data may be more than the bytes it took
  const yours = Math.min(1 - fec - resent, (totals.up + totals.down) / wire);
  return { yours, fec, resent, headers: 1 - fec - resent - yours };
}
