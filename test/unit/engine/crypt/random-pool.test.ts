import { describe, expect, it } from 'vitest';
import { RandomPool } from '../../../../src-main/engine/crypt/random-pool.ts';

describe('RandomPool', () => {
  it('never gives the same words twice, and draws seldom', () => {
    let drawn = 0;
    const pool = new RandomPool((bytes) => {
      const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
      for (let i = 0; i < words.length; i++) words[i] = drawn * words.length + i;
      drawn++;
    });
    const given = new Uint32Array(3 * 20_000);
    for (let at = 0; at < given.length; at += 3) pool.write(given, at, 3);
    expect(new Set(given).size).toBe(given.length);
    expect(drawn).toBe(4);
  });

  it('writes only what is asked for', () => {
    const words = new Uint32Array(6);
    new RandomPool((bytes) => bytes.fill(0xff)).write(words, 1, 4);
    expect(Array.from(words)).toEqual([0, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0]);
  });
});
