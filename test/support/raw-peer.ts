import {
  AT_CMD,
  AT_LEN,
  AT_SN,
  AT_TS,
  AT_UNA,
  CMD_ACK,
  CMD_PUSH,
  HEADER_BYTES,
} from '../../src-main/engine/kcp/segment.ts';
import { datagramOf, type SegmentFields } from './segments.ts';
import type { SimulatedNetwork } from './simulated-network.ts';

/** Snappy's stream identifier, and frames of smux 2: what an honest client may begin with. */
export const IDENTIFIER = Uint8Array.from([0xff, 6, 0, 0, ...Buffer.from('sNaPpY')]);
export const NOP = Uint8Array.of(2, 3, 0, 0, 0, 0, 0, 0);
export const SYN = Uint8Array.of(2, 0, 0, 0, 3, 0, 0, 0);
export const push = (payload: Uint8Array): Uint8Array =>
  Buffer.concat([Uint8Array.of(2, 2, payload.length, payload.length >> 8, 3, 0, 0, 0), payload]);

/** A peer of a server (crypt null) that says what a test makes it say, and answers only when told. */
export class RawPeer {
  readonly received: Buffer[] = [];
  bytesOut = 0;

  constructor(
    private readonly network: SimulatedNetwork,
    readonly port: number,
    private readonly server: number,
  ) {
    network.attach(port, (data) => void this.received.push(Buffer.from(data)));
  }

  get bytesIn(): number {
    return this.received.reduce((sum, { length }) => sum + length, 0);
  }

  send(...segments: SegmentFields[]): void {
    this.raw(datagramOf(...segments));
  }

  raw(...datagrams: Uint8Array[]): void {
    for (const { length } of datagrams) this.bytesOut += length;
    this.network.inject(this.port, this.server, ...datagrams);
  }

  /** Acknowledges, as any KCP does, every PUSH of this conversation that has come. */
  answer(conv: number): void {
    for (const { conv: theirs, cmd, sn, ts } of this.segments()) {
      if (cmd === CMD_PUSH && theirs === conv) this.send({ conv, cmd: CMD_ACK, sn, ts, una: sn + 1 });
    }
  }

  /** The segments that have come, those in FEC's data packets included. */
  segments(): Required<Omit<SegmentFields, 'wnd'>>[] {
    return this.received.flatMap((datagram) => {
      const type = datagram.length > 8 ? datagram.readUInt16LE(4) : 0;
      if (type === 0xf2) return [];
      const found = [];
      for (let at = type === 0xf1 ? 8 : 0; at + HEADER_BYTES <= datagram.length;) {
        const length = datagram.readUInt32LE(at + AT_LEN);
        found.push({
          conv: datagram.readUInt32LE(at),
          cmd: datagram.readUInt8(at + AT_CMD),
          sn: datagram.readUInt32LE(at + AT_SN),
          ts: datagram.readUInt32LE(at + AT_TS),
          una: datagram.readUInt32LE(at + AT_UNA),
          data: datagram.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length),
        });
        at += HEADER_BYTES + length;
      }
      return found;
    });
  }
}
