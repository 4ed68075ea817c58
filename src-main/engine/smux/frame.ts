import { MAX_UINT16 } from '../../../shared/wire.ts';

/*
 * smux frame, little-endian:
 *
 *   0         1         2                 4                                   8
 *   +---------+---------+-----------------+-----------------------------------+----------------+
 *   | version |   cmd   |     length      |             stream id             | length bytes   |
 *   +---------+---------+-----------------+-----------------------------------+----------------+
 *
 * UPD (version 2 only) carries: consumed u32 | window u32, both mod 2^32.
 */
export const FRAME_HEADER_BYTES = 8;
export const UPDATE_BYTES = 8;
/** What the length field holds at most. */
export const MAX_PAYLOAD = MAX_UINT16;

export const SYN = 0;
export const FIN = 1;
export const PSH = 2;
export const NOP = 3;
export const UPD = 4;

export type SmuxVersion = 1 | 2;

/** How many bytes a version 2 sender may have out before the first UPD (initialPeerWindow of smux). */
export const INITIAL_WINDOW = 262144;

/** Writes a header to the first bytes of `out`. */
export function writeHeader(
  out: Uint8Array,
  version: SmuxVersion,
  cmd: number,
  length: number,
  id: number,
): void {
  out[0] = version;
  out[1] = cmd;
  out[2] = length;
  out[3] = length >>> 8;
  writeU32(out, 4, id);
}

export function writeU32(out: Uint8Array, at: number, value: number): void {
  out[at] = value;
  out[at + 1] = value >>> 8;
  out[at + 2] = value >>> 16;
  out[at + 3] = value >>> 24;
}

export const readU16 = (bytes: Uint8Array, at: number): number => bytes[at] | (bytes[at + 1] << 8);

export const readU32 = (bytes: Uint8Array, at: number): number =>
  (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0;
