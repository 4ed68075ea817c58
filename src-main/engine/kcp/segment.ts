/**
 * A KCP segment on the wire, all integers little-endian; a datagram holds several back to back:
 *
 *     0      4     5     6     8     12    16     20     24
 *     | conv | cmd | frg | wnd | ts  | sn  | una  | len  | data ...
 *
 * - wnd: free slots in the sender's receive window, in segments
 * - ts: the sender's clock in ms; an ACK carries back the ts of the PUSH it answers
 * - una: the sender has everything below this sn
 * - frg: 0 in stream mode
 */
export { SEGMENT_HEADER_BYTES as HEADER_BYTES } from '../../../shared/wire.ts';
export const AT_CMD = 4;
export const AT_WND = 6;
export const AT_TS = 8;
export const AT_SN = 12;
export const AT_UNA = 16;
export const AT_LEN = 20;

export const CMD_PUSH = 81;
export const CMD_ACK = 82;
/** asks for the peer's window */
export const CMD_WASK = 83;
/** tells the window */
export const CMD_WINS = 84;

/** Retransmission timeouts in ms (kcp-go: IKCP_RTO_*). */
export { RTO_MIN, RTO_MIN_NODELAY } from '../../../shared/wire.ts';
export const RTO_FIRST = 200;
export const RTO_MAX = 60_000;
/** Until the peer has acknowledged anything. */
export const DIAL_RTO_MAX = 1_000;

/** Probing a closed window, in ms: at first, and at most (kcp-go: IKCP_PROBE_*). */
export const PROBE_FIRST = 500;
export const PROBE_LIMIT = 120_000;

export const SSTHRESH_FIRST = 2;
export const SSTHRESH_MIN = 2;
/** The peer's window until it is told. */
export const WND_FIRST = 32;

/** a - b of two 32-bit clocks or sequence numbers, as a signed difference. */
export const diff = (a: number, b: number): number => (a - b) | 0;

/** Writes a segment's header (frg 0) at `at`; its `length` bytes of data follow. conv, ts, sn and una are taken mod 2^32. */
export function writeSegment(
  view: DataView,
  at: number,
  conv: number,
  cmd: number,
  wnd: number,
  ts: number,
  sn: number,
  una: number,
  length: number,
): void {
  view.setInt32(at, conv, true);
  view.setUint32(at + AT_CMD, cmd | (wnd << 16), true);
  view.setInt32(at + AT_TS, ts, true);
  view.setInt32(at + AT_SN, sn, true);
  view.setInt32(at + AT_UNA, una, true);
  view.setUint32(at + AT_LEN, length, true);
}
