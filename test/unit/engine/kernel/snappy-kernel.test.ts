import { randomBytes, randomInt } from 'node:crypto';
import { compress, uncompress } from 'snappyjs';
import { describe, expect, it } from 'vitest';
import { createKernel } from '../../../../src-main/engine/kernel/load.ts';

const LARGEST = 65536;
const words = 'the quick brown fox jumps over a lazy dog while kcp hurries through the rain '.split(' ');

/** Blocks of all kinds: text, noise, runs of every short period, and mixtures. */
function* blocks(): Generator<Buffer> {
  yield* [Buffer.alloc(0), Buffer.from('a'), Buffer.alloc(LARGEST), randomBytes(LARGEST)];
  for (let length = 1; length < 80; length++) yield randomBytes(length);
  for (let period = 1; period < 40; period++) yield Buffer.alloc(randomInt(16, 5000), randomBytes(period));
  for (let round = 0; round < 60; round++) {
    const pieces = Array.from({ length: randomInt(1, 900) }, () =>
      randomInt(9) ? Buffer.from(words[randomInt(words.length)] + ' ') : randomBytes(randomInt(100)),
    );
    yield Buffer.concat(pieces).subarray(0, LARGEST);
  }
}

describe.each(['wasm', 'plain'] as const)('the %s kernel', (kind) => {
  const kernel = createKernel(kind);
  const bound = 32 + LARGEST + Math.ceil(LARGEST / 6);
  const from = kernel.arena.alloc(LARGEST);
  const to = kernel.arena.alloc(bound + 16);
  const back = kernel.arena.alloc(LARGEST + 16);

  it('computes CRC-32C (RFC 3720, B.4)', () => {
    const crc = (bytes: Uint8Array): number => {
      kernel.bytes.set(bytes, from);
      return kernel.crc32c(from, bytes.length);
    };
    expect(crc(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc(new Uint8Array(32).fill(255))).toBe(0x62a8ab43);
    expect(crc(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
    expect(crc(Buffer.from('123456789'))).toBe(0xe3069283);
    expect(crc(new Uint8Array(0))).toBe(0);
  });

  it('compresses to blocks that snappyjs reads, and reads them itself, inside its bounds', () => {
    for (const plain of blocks()) {
      const limit = 32 + plain.length + Math.floor(plain.length / 6);
      kernel.bytes.set(plain, from);
      kernel.bytes.fill(0xee, to + limit, to + limit + 16);
      const length = kernel.snappyCompress(from, plain.length, to);
      expect(length).toBeLessThanOrEqual(limit);
      expect(kernel.bytes.subarray(to + limit, to + limit + 16).every((x) => x === 0xee)).toBe(true);
      const block = kernel.bytes.slice(to, to + length);
      expect(Buffer.compare(uncompress(block), plain)).toBe(0);

      kernel.bytes.fill(0xee, back + plain.length, back + plain.length + 16);
      expect(kernel.snappyUncompress(to, length, back, plain.length)).toBe(plain.length);
      expect(Buffer.compare(kernel.bytes.subarray(back, back + plain.length), plain)).toBe(0);
      const behind = kernel.bytes.subarray(back + plain.length, back + plain.length + 16);
      expect(behind.every((x) => x === 0xee)).toBe(true);
      if (plain.length > 0) expect(kernel.snappyUncompress(to, length, back, plain.length - 1)).toBe(-1);
    }
  });

  it('reads what snappyjs compresses', () => {
    for (const plain of blocks()) {
      const block = compress(plain);
      kernel.bytes.set(block, to);
      expect(kernel.snappyUncompress(to, block.length, back, LARGEST)).toBe(plain.length);
      expect(Buffer.compare(kernel.bytes.subarray(back, back + plain.length), plain)).toBe(0);
    }
  });

  it.each([
    ['nothing', ''],
    ['a length without end', 'ffffffffff01'],
    ['a length past 65536', '81800400'],
    ['elements missing', '05'],
    ['a literal past the input', '05106162'],
    ['a literal past the plain length', '010461 62'],
    ['a literal of 2^32 bytes', '05fcffffffff6162636465'],
    ['a literal length cut off', '05f8ff'],
    ['distance 0', '0800610d00'],
    ['a distance before the start', '05006101 02'],
    ['a copy past the plain length', '0300611d01'],
    ['a one-byte distance cut off', '05006101'],
    ['a two-byte distance cut off', '0500611201'],
    ['a four-byte distance cut off', '05006113010000'],
    ['elements left over', '010061 0062'],
  ])('refuses %s', (_, hex) => {
    const block = Buffer.from(hex.replaceAll(' ', ''), 'hex');
    kernel.bytes.set(block, to);
    expect(kernel.snappyUncompress(to, block.length, back, LARGEST)).toBe(-1);
  });

  it('reads four-byte distances and long literal lengths', () => {
    // "abcd" as a literal with a four-byte length, then four more bytes from a distance of 4, given in four bytes.
    const block = Buffer.from('08fc03000000616263640f04000000', 'hex');
    kernel.bytes.set(block, to);
    expect(kernel.snappyUncompress(to, block.length, back, LARGEST)).toBe(8);
    expect(Buffer.from(kernel.bytes.subarray(back, back + 8)).toString()).toBe('abcdabcd');
  });
});
