import { randomBytes } from 'node:crypto';
import zlib from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createKernel } from '../../../../src-main/engine/kernel/load.ts';

describe.each(['wasm', 'plain'] as const)('the %s kernel', (kind) => {
  const kernel = createKernel(kind);
  const at = kernel.arena.alloc(4096);

  it('computes CRC-32 as zlib does, at any offset and length', () => {
    kernel.bytes.set(randomBytes(4096), at);
    for (let length = 0; length < 300; length++) {
      const from = at + (length % 17);
      expect(kernel.crc32(from, length)).toBe(zlib.crc32(kernel.bytes.subarray(from, from + length)));
    }
  });
});
