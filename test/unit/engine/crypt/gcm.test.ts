import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PacketBatch } from '../../../../src-main/engine/batch.ts';
import { createCrypt } from '../../../../src-main/engine/crypt/registry.ts';
import { createKernel } from '../../../../src-main/engine/kernel/load.ts';

const v = JSON.parse(readFileSync('test/vectors/packet-aes-128-gcm.json','utf8'));
const pass = Buffer.from(JSON.parse(readFileSync('test/vectors/packet-crypt.json','utf8')).passHex, 'hex');
describe.each([true,false])('native %s', (native) => {
  for (const kind of ['wasm','plain'] as const) {
  const kernel = createKernel(kind);
  it(kind, () => {
    for (const k of v.cases) {
      const plain = Buffer.from(k.plainHex,'hex'), wire = Buffer.from(k.wireHex,'hex');
      const crypt = createCrypt('aes-128-gcm', pass, { kernel, native, randomFill: (x) => x.set(Buffer.from(k.nonceHex,'hex')) });
      const b = new PacketBatch(kernel, 2);
      kernel.bytes.set(plain, b.next+12); b.push(wire.length);
      crypt.seal(b);
      expect(Buffer.from(kernel.bytes.subarray(b.start,b.start+wire.length)).toString('hex')).toBe(k.wireHex);
      b.clear(); kernel.bytes.set(wire, b.next); b.push(wire.length);
      crypt.open(b); expect(b.ok[0]).toBe(1);
      expect(Buffer.from(kernel.bytes.subarray(b.start+12,b.start+12+plain.length)).toString('hex')).toBe(k.plainHex);
      kernel.bytes.set(wire, b.next-wire.length-15&-16);
      b.dispose();
    }
  }); }
});
