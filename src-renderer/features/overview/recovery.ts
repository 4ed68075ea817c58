import type { Sample } from '../../../shared/statistics.ts';

/**
 * Share of the server's packets that FEC rebuilt, 0..1; null where loss is not known. A sample counts what was rebuilt
 * but not what was expected: that is worked out from the bytes that came and the usual length of a packet.
 * @param seconds length of the sample
 * @param packet average bytes of a datagram received
 */
export function rebuiltShare(
  { loss, wireDown, fecRecovered }: Sample,
  seconds: number,
  packet: number,
): number | null {
  if (loss === null) return null;
  const expected = (wireDown * seconds) / packet / (1 - Math.min(loss, 0.99));
  return expected > 0 ? Math.min(loss, fecRecovered / expected) : 0;
}
