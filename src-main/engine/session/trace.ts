import type { PacketCrypt } from '../crypt/crypt.ts';
import { FEC_HEADER_BYTES, fecKind } from '../fec/packet.ts';
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
} from '../kcp/segment.ts';
import type { PacketBatch } from '../kernel/batch.ts';
import type { World } from '../runtime/world.ts';

const COMMANDS: Record<number, string> = {
  [CMD_PUSH]: 'push',
  [CMD_ACK]: 'ack',
  [CMD_WASK]: 'wask',
  [CMD_WINS]: 'wins',
};

/**
 * The crypt with each datagram told to `write` as a line: when (ms of the engine's clock), which way, how long, and the
 * headers of FEC and KCP in it. Of what it carries only the length is told.
 *
 *     1043.207 > 1350 fec 30 data | conv 1c8a77d0 push sn 24 ts 1043 una 12 wnd 512 len 1299
 *     1051.482 < 88 fec 17 data | conv 1c8a77d0 ack sn 22 ts 1021 una 23 wnd 512 | ack sn 24 ts 1043 una 23 wnd 512
 *     1051.501 < 60 did not open
 */
export function traced(crypt: PacketCrypt, world: World, write: (line: string) => void): PacketCrypt {
  const tell = (way: '>' | '<', batch: PacketBatch, i: number): void => {
    const { kernel, offsets, lengths } = batch;
    const length = lengths[i];
    const body =
      way === '<' && !batch.ok[i]
        ? 'did not open'
        : describeDatagram(kernel.view, offsets[i] + crypt.head, length - crypt.head - crypt.tail);
    write(`${world.now().toFixed(3)} ${way} ${length} ${body}`);
  };
  return {
    name: crypt.name,
    head: crypt.head,
    tail: crypt.tail,
    seal: (batch) => {
      for (let i = 0; i < batch.count; i++) tell('>', batch, i);
      crypt.seal(batch);
    },
    open: (batch) => {
      crypt.open(batch);
      for (let i = 0; i < batch.count; i++) tell('<', batch, i);
    },
  };
}

/** The headers in the body of a datagram, as text. */
export function describeDatagram(view: DataView, offset: number, length: number): string {
  const kind = fecKind(view, offset, length);
  if (kind === 'none') return describeSegments(view, offset, offset + length);
  const fec = `fec ${view.getUint32(offset, true)} ${kind}`;
  if (kind !== 'data') return fec;
  return `${fec} | ${describeSegments(view, offset + FEC_HEADER_BYTES, offset + length)}`;
}

function describeSegments(view: DataView, from: number, stop: number): string {
  const parts: string[] = [];
  let at = from;
  let known: number | undefined;
  while (stop - at >= HEADER_BYTES) {
    const conv = view.getUint32(at, true);
    const cmd = view.getUint8(at + AT_CMD);
    const length = view.getUint32(at + AT_LEN, true);
    if (!(cmd in COMMANDS) || length > stop - at - HEADER_BYTES) break;
    const say = (name: string, value: number): string => ` ${name} ${value}`;
    parts.push(
      (conv === known ? '' : `conv ${conv.toString(16).padStart(8, '0')} `) +
        COMMANDS[cmd] +
        say('sn', view.getUint32(at + AT_SN, true)) +
        say('ts', view.getUint32(at + AT_TS, true)) +
        say('una', view.getUint32(at + AT_UNA, true)) +
        say('wnd', view.getUint16(at + AT_WND, true)) +
        (cmd === CMD_PUSH ? say('len', length) : ''),
    );
    known = conv;
    at += HEADER_BYTES + length;
  }
  if (at < stop) parts.push(`${stop - at} bytes that are no segment`);
  return parts.join(' | ') || 'nothing';
}
