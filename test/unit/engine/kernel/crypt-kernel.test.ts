import { salsa20 } from '@noble/ciphers/salsa.js';
import { randomBytes, randomInt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ghashTable } from '../../../../src-main/engine/crypt/gcm.ts';
import { createKernel } from '../../../../src-main/engine/kernel/load.ts';
import { crc32 } from '../../../reference/crc32.ts';
import { ghash } from '../../../reference/ghash.ts';

const SIZE = 8192;

describe.each(['wasm', 'plain'] as const)('crypt functions of the %s kernel', (kind) => {
  const kernel = createKernel(kind);
  const base = kernel.arena.alloc(SIZE);
  const table = kernel.arena.alloc(SIZE);
  const at = (from: number, length: number): Buffer =>
    Buffer.from(kernel.bytes.slice(base + from, base + from + length));

  /** Fills the memory at random, runs, and expects that all but [from, from + length) is as it was. */
  function writesOnly(from: number, length: number, run: () => void): Buffer {
    const before = randomBytes(SIZE);
    kernel.bytes.set(before, base);
    run();
    const after = at(0, SIZE);
    before.copy(after, from, from, from + length);
    expect(after.equals(before)).toBe(true);
    return before;
  }

  const lengths = [...Array.from({ length: 80 }, (_, i) => i), 255, 256, 257, 511, 512, 1342, 1500];

  it('XORs any length from and to any offset', () => {
    for (const length of lengths) {
      const [to, a, b] = [randomInt(16), 2000 + randomInt(16), 4000 + randomInt(16)];
      const before = writesOnly(to, length, () => kernel.xor(base + to, base + a, base + b, length));
      const expected = before.subarray(a, a + length).map((byte, i) => byte ^ before[b + i]);
      expect(at(to, length).equals(expected)).toBe(true);
    }
  });

  it('XORs in place', () => {
    for (const length of lengths) {
      const before = writesOnly(16, length, () => kernel.xor(base + 16, base + 16, base + 4001, length));
      const expected = before.subarray(16, 16 + length).map((byte, i) => byte ^ before[4001 + i]);
      expect(at(16, length).equals(expected)).toBe(true);
    }
  });

  it('computes CRC-32', () => {
    kernel.bytes.set(randomBytes(SIZE), base);
    for (const length of lengths) {
      const from = randomInt(20);
      expect(kernel.crc32(base + from, length)).toBe(crc32(at(from, length)));
    }
    kernel.bytes.set(Buffer.from('123456789'), base);
    expect(kernel.crc32(base, 9)).toBe(0xcbf43926);
  });

  it('applies Salsa20 from counter 0 to datagrams of any length, at any offset', () => {
    const key = kernel.arena.alloc(32);
    const list = kernel.arena.alloc(8 * lengths.length);
    const secret = randomBytes(32);
    kernel.bytes.set(secret, key);
    // One at a time, then as many as fit side by side.
    const several = Array.from({ length: 20 }, () => randomInt(400));
    for (const sizes of [[], ...lengths.map((length) => [length]), several, [700, 3, 8, 9, 72, 73, 1500]]) {
      const start = randomInt(16);
      let end = start;
      const datagrams = sizes.map((size) => ({ from: (end += randomInt(3)), to: (end += size) }));
      datagrams.forEach(({ from, to }, i) => {
        kernel.words[(list >> 2) + 2 * i] = base + from;
        kernel.words[(list >> 2) + 2 * i + 1] = to - from;
      });
      const before = writesOnly(start, end - start, () => kernel.salsa20(key, list, sizes.length));
      const expected = Buffer.from(before.subarray(start, end));
      for (const { from, to } of datagrams.filter(({ from, to }) => to - from > 8)) {
        const plain = before.subarray(from + 8, to);
        expected.set(salsa20(secret, before.subarray(from, from + 8), plain), from + 8 - start);
      }
      expect(at(start, end - start).equals(expected)).toBe(true);
    }
  });

  it('writes counter blocks', () => {
    const before = writesOnly(32, 300 * 16, () => kernel.counters(base + 32, base + 6000, 300));
    for (let i = 0; i < 300; i++) {
      expect(at(32 + 16 * i, 12).equals(before.subarray(6000, 6012))).toBe(true);
      expect(at(32 + 16 * i, 16).readUInt32BE(12)).toBe(i + 1);
    }
  });

  it('computes GHASH', () => {
    for (const length of lengths) {
      const key = randomBytes(16);
      kernel.bytes.set(ghashTable(key), table);
      const [to, from] = [randomInt(16), 100 + randomInt(16)];
      const before = writesOnly(to, 16, () => kernel.ghash(base + to, table, base + from, length));
      expect(at(to, 16).equals(ghash(key, before.subarray(from, from + length)))).toBe(true);
    }
  });
});
