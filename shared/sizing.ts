import type { ClientOptions } from './options.ts';
import { fecIsOn, kcpMtu } from './options-rules.ts';
import { MAX_UINT16, SEGMENT_HEADER_BYTES } from './wire.ts';

type Packet = Pick<ClientOptions, 'mtu' | 'crypt' | 'datashard' | 'parityshard'>;

/** Bytes of data in a full KCP segment. */
export const segmentBytes = (options: Packet): number => Math.max(1, kcpMtu(options) - SEGMENT_HEADER_BYTES);

/**
 * Bytes a second that a window lets through: a window of full segments each round trip, in each session.
 * @param rtt milliseconds
 */
export const windowCeiling = (window: number, rtt: number, options: Packet & { conn: number }): number =>
  (window * segmentBytes(options) * options.conn * 1000) / rtt;

/**
 * The window that lets `rate` bytes a second through, rounded up to what a person would write.
 * @param rtt milliseconds
 */
export function windowFor(rate: number, rtt: number, options: Packet & { conn: number }): number {
  const packets = (rate * rtt) / 1000 / segmentBytes(options) / options.conn;
  const step = packets > 4096 ? 512 : packets > 512 ? 64 : 16;
  return Math.min(MAX_UINT16, Math.max(32, Math.ceil(packets / step) * step));
}

/** Share of a group's packets that may be lost and be rebuilt, and what FEC adds to what is sent; both 0 without FEC. */
export function fecBudget(options: { datashard: number; parityshard: number }): {
  survives: number;
  costs: number;
} {
  const { datashard, parityshard } = options;
  if (!fecIsOn(options)) return { survives: 0, costs: 0 };
  return { survives: parityshard / (datashard + parityshard), costs: parityshard / datashard };
}
