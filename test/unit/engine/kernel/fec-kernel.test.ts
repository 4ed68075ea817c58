import { randomBytes, randomInt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createKernel } from '../../../../src-main/engine/kernel/load.ts';
import { multiplySlowly } from '../../../reference/galois.ts';

describe.each(['wasm', 'plain'] as const)('the %s kernel', (kind) => {
  const kernel = createKernel(kind);
  const at = kernel.arena.alloc(1 << 16);

  it('multiplies every pair of bytes', () => {
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    const [coefficients, from, to] = [at, at + 256, at + 512];
    kernel.bytes.set(all, coefficients);
    kernel.bytes.set(all, from);
    kernel.bytes.fill(0, to, to + (1 << 15));
    const rows = 100;
    for (let first = 0; first < 256; first += rows) {
      const count = Math.min(rows, 256 - first);
      kernel.bytes.fill(0, to, to + count * 256);
      kernel.gfMulAdd(to, 256, count, coefficients + first, from, 256);
      for (let row = 0; row < count; row++) {
        expect(kernel.bytes.slice(to + row * 256, to + row * 256 + 256)).toEqual(
          all.map((x) => multiplySlowly(x, first + row)),
        );
      }
    }
  });

  it('adds onto what is there, at any length, offset and count of rows, and touches nothing else', () => {
    for (let round = 0; round < 300; round++) {
      const rows = round % 10;
      const length = randomInt(round < 200 ? 40 : 1500);
      const stride = length + randomInt(20);
      kernel.bytes.set(randomBytes(1 << 16), at);
      const coefficients = at + 32;
      const from = at + 64 + randomInt(16);
      const to = from + length + randomInt(40);
      const wanted = kernel.bytes.slice(at, at + (1 << 16));
      for (let row = 0; row < rows; row++) {
        for (let i = 0; i < length; i++) {
          wanted[to - at + row * stride + i] ^= multiplySlowly(
            kernel.bytes[coefficients + row],
            kernel.bytes[from + i],
          );
        }
      }
      kernel.gfMulAdd(to, stride, rows, coefficients, from, length);
      expect(Buffer.compare(kernel.bytes.subarray(at, at + (1 << 16)), wanted)).toBe(0);
    }
  });
});
