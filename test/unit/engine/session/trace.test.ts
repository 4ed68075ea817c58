import { expect, it } from 'vitest';
import { createCrypt } from '../../../../src-main/engine/crypt/registry.ts';
import { deriveKey } from '../../../../src-main/engine/crypt/key.ts';
import { PacketBatch } from '../../../../src-main/engine/kernel/batch.ts';
import { createKernel } from '../../../../src-main/engine/kernel/load.ts';
import { describeDatagram, traced } from '../../../../src-main/engine/session/trace.ts';
import { Simulation } from '../../../support/simulation.ts';

const kernel = createKernel('plain');
const world = new Simulation(1);
const aes = createCrypt('aes', deriveKey('hunter2'), {
  kernel,
  randomFill: (bytes) => world.randomFill(bytes),
});

function segment(cmd: number, sn: number, data = 0): Buffer {
  const bytes = Buffer.alloc(24 + data, 'secret payload ');
  bytes.writeUInt32LE(0x00c0ffee, 0);
  bytes.writeUInt32LE(cmd | (512 << 16), 4);
  bytes.writeUInt32LE(1043, 8);
  bytes.writeUInt32LE(sn, 12);
  bytes.writeUInt32LE(7, 16);
  bytes.writeUInt32LE(data, 20);
  return bytes;
}
function fec(seqid: number, type: number, body: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(seqid, 0);
  head.writeUInt16LE(type, 4);
  return Buffer.concat([head, body]);
}
const say = (bytes: Buffer): string =>
  describeDatagram(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length);

it.each([
  [segment(81, 24, 30), 'conv 00c0ffee push sn 24 ts 1043 una 7 wnd 512 len 30'],
  [
    Buffer.concat([segment(82, 22), segment(84, 0)]),
    'conv 00c0ffee ack sn 22 ts 1043 una 7 wnd 512 | wins sn 0 ts 1043 una 7 wnd 512',
  ],
  [fec(30, 0xf1, segment(83, 0)), 'fec 30 data | conv 00c0ffee wask sn 0 ts 1043 una 7 wnd 512'],
  [fec(40, 0xf2, Buffer.alloc(9)), 'fec 40 parity'],
  [Buffer.from('noise'), '5 bytes that are no segment'],
  [segment(81, 24, 30).subarray(0, 40), '40 bytes that are no segment'],
  [Buffer.alloc(0), 'nothing'],
])('tells the headers of %#', (bytes, text) => expect(say(bytes)).toBe(text));

it('tells what goes out, what comes in and what does not open, and never what is carried', () => {
  const lines: string[] = [];
  const crypt = traced(aes, world, (line) => lines.push(line));
  const body = segment(81, 1, 60);
  const batch = new PacketBatch(kernel, 4);
  kernel.bytes.set(body, batch.next + crypt.head);
  batch.push(crypt.head + body.length + crypt.tail);
  crypt.seal(batch);
  crypt.open(batch);
  crypt.seal(batch);
  kernel.bytes[batch.offsets[0] + 30] ^= 1;
  crypt.open(batch);
  const told = '104 conv 00c0ffee push sn 1 ts 1043 una 7 wnd 512 len 60';
  expect(lines).toEqual([
    `0.000 > ${told}`,
    `0.000 < ${told}`,
    `0.000 > ${told}`,
    '0.000 < 104 did not open',
  ]);
  expect(lines.join()).not.toMatch(/secret|hunter2/);
  batch.dispose();
});
