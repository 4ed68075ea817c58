import type { Kernel } from '../kernel/kernel.ts';
import { AT_CMD, AT_LEN, AT_SN, CMD_PUSH, HEADER_BYTES } from './segment.ts';

/**
 * The conversation that KCP's bytes [offset, offset + length) may open: KCP has no handshake, and a peer's first segment
 * is the PUSH of sn 0. Undefined where they open none.
 */
export function openingConv({ view, bytes }: Kernel, offset: number, length: number): number | undefined {
  const room = length - HEADER_BYTES;
  if (room < 0) return undefined;
  if (bytes[offset + AT_CMD] !== CMD_PUSH || view.getUint32(offset + AT_LEN, true) > room) return undefined;
  return view.getUint32(offset + AT_SN, true) === 0 ? view.getUint32(offset, true) : undefined;
}
