import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PacketBatch } from '../../../../src-main/engine/batch.ts';
import { createCipher } from '../../../../src-main/engine/crypt/registry.ts';
import { createKernel } from '../../../../src-main/engine/kernel/load.ts';

const v = JSON.parse(readFileSync('test/vectors/packet-crypt.json','utf8'));
const pass = Buffer.from(v.passHex, 'hex');
describe.each([true,false])('native %s', (native) => {
  const kernel = createKernel();
  for (const c of v.ciphers) it(c.crypt, () => {
    for (const k of c.cases) {
      const plain = Buffer.from(k.plainHex,'hex'), wire = Buffer.from(k.wireHex,'hex');
      const crypt = createCipher(c.crypt, pass, { kernel, native });
      const b = new PacketBatch(kernel, 2);
      kernel.bytes.set(plain, b.next); b.push(plain.length);
      crypt.seal(b);
      expect(Buffer.from(kernel.bytes.subarray(b.start,b.start+plain.length)).toString('hex')).toBe(k.wireHex);
      b.clear(); kernel.bytes.set(wire, b.next); b.push(wire.length);
      crypt.open(b); 
      expect(Buffer.from(kernel.bytes.subarray(b.start+16,b.start+plain.length)).toString('hex')).toBe(k.plainHex.slice(32));
      b.dispose();
    }
  });
});
