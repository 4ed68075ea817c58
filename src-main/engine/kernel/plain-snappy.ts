import { createRequire } from 'node:module';
import { plainCrc } from './plain-crc.ts';
import type { KernelMemory } from './plain.ts';
import type { SnappyKernel } from './snappy-kernel.ts';

/** Castagnoli's polynomial, bits reversed. */
const CASTAGNOLI = 0x82f63b78;

export const plainSnappy = (memory: KernelMemory): SnappyKernel => {
  const { bytes } = memory;
  // not imported: where WebAssembly works it is not needed, and what Node needs to import CommonJS stays in memory
  const { compress } = createRequire(import.meta.url)('snappyjs') as typeof import('snappyjs');
  return {
    crc32c: plainCrc(memory, CASTAGNOLI),

    snappyCompress(from, length, to) {
      const block = compress(bytes.subarray(from, from + length));
      bytes.set(block, to);
      return block.length;
    },

    // snappyjs trusts the lengths and distances of a block, so this direction is our own.
    snappyUncompress(from, length, to, room) {
      const end = from + length;
      let plain = 0;
      for (let shift = 0; ; shift += 7) {
        if (from === end || shift > 28) return -1;
        const byte = bytes[from++];
        plain += (byte & 127) * 2 ** shift;
        if (byte < 128) break;
      }
      if (plain > room) return -1;
      const start = to;
      const stop = to + plain;

      const number = (count: number): number => {
        let value = 0;
        for (let i = 0; i < count; i++) value += bytes[from++] * 2 ** (8 * i);
        return value;
      };

      while (from < end) {
        const tag = bytes[from++];
        const kind = tag & 3;
        let size = (tag >> 2) + 1;
        // A literal longer than 60 has its length, else a copy its distance, in this many bytes behind the tag.
        const extra = kind === 0 ? Math.max(size - 60, 0) : kind === 3 ? 4 : kind;
        if (extra > end - from) return -1;
        if (kind === 0) {
          if (extra > 0) size = number(extra) + 1;
          if (size > end - from || size > stop - to) return -1;
          bytes.copyWithin(to, from, from + size);
          from += size;
          to += size;
          continue;
        }
        let distance = number(extra);
        if (kind === 1) {
          distance += (tag >> 5) << 8;
          size = ((tag >> 2) & 7) + 4;
        }
        if (distance === 0 || distance > to - start || size > stop - to) return -1;
        // Byte by byte: a copy may run into what it has just written.
        for (const after = to + size; to < after; to++) bytes[to] = bytes[to - distance];
      }
      return to === stop ? plain : -1;
    },
  };
};
