import { randomFillSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CRYPTS } from '../../shared/crypts.ts';
import { PacketBatch } from '../../src-main/engine/kernel/batch.ts';
import { createCrypt } from '../../src-main/engine/crypt/registry.ts';
import { createKernel } from '../../src-main/engine/kernel/load.ts';

const kernels = [createKernel('wasm'), createKernel('plain')];

describe.each(CRYPTS)('%s', (name) => {
  it('opens any bytes without throwing, and takes none that nobody sealed', () => {
    for (const kernel of kernels) {
      for (const native of [true, false]) {
        const crypt = createCrypt(name, Buffer.alloc(32, 7), { kernel, native, randomFill: randomFillSync });
        const batch = new PacketBatch(kernel, 8);
        fc.assert(
          fc.property(fc.array(fc.uint8Array({ maxLength: 1500 }), { maxLength: 8 }), (datagrams) => {
            batch.clear();
            for (const bytes of datagrams) {
              kernel.bytes.set(bytes, batch.next);
              batch.push(bytes.length);
            }
            crypt.open(batch);
            const taken = batch.ok.subarray(0, batch.count).reduce((sum, ok) => sum + ok, 0);
            // `none` checks only a CRC that its sender does not hide, and the CRC of nothing is 0.
            if (name === 'null') expect(taken).toBe(datagrams.length);
            else if (name !== 'none') expect(taken).toBe(0);
          }),
          { numRuns: 100 },
        );
        batch.dispose();
      }
    }
  });
});
