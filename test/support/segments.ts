import {
  AT_CMD,
  AT_LEN,
  AT_SN,
  AT_TS,
  AT_UNA,
  AT_WND,
  HEADER_BYTES,
} from '../../src-main/engine/kcp/segment.ts';

export interface SegmentFields {
  conv: number;
  cmd: number;
  sn?: number;
  ts?: number;
  una?: number;
  wnd?: number;
  data?: Uint8Array;
}

/** A datagram of KCP segments as a peer writes it, without FEC and cipher (crypt null). */
export function datagramOf(...segments: SegmentFields[]): Uint8Array {
  return Buffer.concat(segments.map(encode));
}

function encode({ conv, cmd, sn = 0, ts = 0, una = 0, wnd = 512, data }: SegmentFields): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(conv, 0);
  header.writeUInt8(cmd, AT_CMD);
  header.writeUInt16LE(wnd, AT_WND);
  header.writeUInt32LE(ts, AT_TS);
  header.writeUInt32LE(sn, AT_SN);
  header.writeUInt32LE(una, AT_UNA);
  header.writeUInt32LE(data?.length ?? 0, AT_LEN);
  return data ? Buffer.concat([header, data]) : header;
}
