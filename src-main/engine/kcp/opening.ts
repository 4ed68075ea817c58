import type { Kernel } from '../kernel/kernel.ts';
import { AT_CMD, AT_LEN, AT_SN, AT_UNA, CMD_PUSH, CMD_WASK, HEADER_BYTES } from './segment.ts';

/**
 * The conversation that KCP's bytes [offset, offset + length) may open: KCP has no handshake, and a peer's first segment
 * is the PUSH of sn 0, or a WASK of somebody who has seen nothing, which is how a server is probed. Undefined where they
 * open none.
 */
export function openingConv({ view, bytes }: Kernel, offset: number, length: number): number | undefined {
  const room = length - HEADER_BYTES;
  if (room < 0) return undefined;
  const cmd = bytes[offset + AT_CMD];
  const asks = cmd === CMD_WASK && view.getUint32(offset + AT_UNA, true) === 0;
  if ((cmd !== CMD_PUSH && !asks) || view.getUint32(offset + AT_LEN, true) > room) return undefined;
  return view.getUint32(offset + AT_SN, true) === 0 ? view.getUint32(offset, true) : undefined;
}

/** Whether KCP's bytes there belong to this conversation. */
export const isOfConv = ({ view }: Kernel, offset: number, length: number, conv: number): boolean =>
  length >= HEADER_BYTES && view.getInt32(offset, true) === (conv | 0);
