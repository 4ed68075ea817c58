import type { Kernel } from '../kernel/kernel.ts';
import {
  AT_CMD,
  AT_LEN,
  AT_SN,
  AT_TS,
  AT_UNA,
  AT_WND,
  CMD_ACK,
  CMD_PUSH,
  CMD_WASK,
  CMD_WINS,
  HEADER_BYTES,
  writeSegment,
} from '../kcp/segment.ts';

/*
 * A question is a WASK, which every kcptun answers with WINS: it makes a session at the server, of which no target is
 * told. One with a number carries a PUSH behind it:
 *
 *     | conv | WASK | .. sn 0 .. | conv | PUSH | .. ts number | sn 1 | len | filling ..
 *
 * The server acknowledges each, and echoes its ts: so every answer names its question. sn 0 never comes, so nothing of
 * this is ever handed to smux.
 */
const NEVER_DELIVERED = 1;
/** What we say that we take: the server sends no more than its heartbeats. */
const OUR_WINDOW = 128;

/** Bytes of a question with a number, without its filling. */
export const NUMBERED_BYTES = 2 * HEADER_BYTES;

/** Writes a question to kernel memory. @param number null for a bare WASK @returns its length */
export function writeQuestion(
  { bytes, view }: Kernel,
  at: number,
  conv: number,
  number: number | null,
  filling = 0,
): number {
  writeSegment(view, at, conv, CMD_WASK, OUR_WINDOW, 0, 0, 0, 0);
  if (number === null) return HEADER_BYTES;
  const push = at + HEADER_BYTES;
  writeSegment(view, push, conv, CMD_PUSH, OUR_WINDOW, number, NEVER_DELIVERED, 0, filling);
  bytes.fill(0, push + HEADER_BYTES, push + HEADER_BYTES + filling);
  return NUMBERED_BYTES + filling;
}

/** Writes the acknowledgement of the server's PUSH. @returns its length */
export function writeAck(
  { view }: Kernel,
  at: number,
  conv: number,
  sn: number,
  ts: number,
  una: number,
): number {
  writeSegment(view, at, conv, CMD_ACK, OUR_WINDOW, ts, sn, una, 0);
  return HEADER_BYTES;
}

/** Writes the first bytes of our stream. @returns its length */
export function writeFirst({ bytes, view }: Kernel, at: number, conv: number, data: Uint8Array): number {
  writeSegment(view, at, conv, CMD_PUSH, OUR_WINDOW, 0, 0, 0, data.length);
  bytes.set(data, at + HEADER_BYTES);
  return HEADER_BYTES + data.length;
}

/** What a server's datagram can tell. */
export interface AnswerListener {
  /** free segments of its receive window, its clock in ms where it tells that, and the first sn that it has not */
  window(segments: number, clock: number | null, una: number): void;
  /** an answer to the question of that number */
  answered(number: number): void;
  /** stream bytes, valid during the call */
  pushed(sn: number, ts: number, bytes: Uint8Array): void;
}

/**
 * Reads the KCP bytes of a datagram.
 * @returns false where they are no answer to `conv`, and nothing was told
 */
export function readAnswer(
  { bytes, view }: Kernel,
  at: number,
  length: number,
  conv: number,
  tell: AnswerListener,
): boolean {
  const end = at + length;
  let mine = false;
  while (end - at >= HEADER_BYTES) {
    const cmd = bytes[at + AT_CMD];
    const size = view.getUint32(at + AT_LEN, true);
    const data = at + HEADER_BYTES;
    if (view.getUint32(at, true) !== conv || cmd < CMD_PUSH || cmd > CMD_WINS || size > end - data) break;
    mine = true;
    const sn = view.getUint32(at + AT_SN, true);
    const ts = view.getUint32(at + AT_TS, true);
    const clock = cmd === CMD_PUSH || cmd === CMD_WINS ? ts : null;
    tell.window(view.getUint16(at + AT_WND, true), clock, view.getUint32(at + AT_UNA, true));
    if (cmd === CMD_ACK && sn === NEVER_DELIVERED) tell.answered(ts);
    else if (cmd === CMD_PUSH) tell.pushed(sn, ts, bytes.subarray(data, data + size));
    at = data + size;
  }
  return mine;
}
