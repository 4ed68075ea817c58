import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseOptions } from '../../../../shared/options-parse.ts';
import { createQpp } from '../../../../src-main/engine/qpp/qpp.ts';
import { Xoshiro256 } from '../../../../src-main/engine/qpp/xoshiro256.ts';
import { xoshiro256SlowTwin } from '../../../reference/xoshiro256.ts';
import vectors from '../../../vectors/qpp.json' with { type: 'json' };

describe('QPP', () => {
  it.each(vectors.cases)('enciphers and deciphers the vector of $pads pads, key $keyHex', (vector) => {
    const qpp = createQpp(Buffer.from(vector.keyHex, 'hex'), vector.pads);
    const [encipher, decipher] = [qpp.cipher(), qpp.cipher()];
    vector.writesHex.forEach((hex, i) => {
      const bytes = Buffer.from(`ff${hex}ff`, 'hex');
      encipher.encrypt(bytes, 1, bytes.length - 2);
      expect(bytes.toString('hex')).toBe(`ff${vector.wireHex[i]}ff`);
      decipher.decrypt(bytes, 1, bytes.length - 2);
      expect(bytes.toString('hex')).toBe(`ff${hex}ff`);
    });
  });

  it('gives the same however a stream is cut', () => {
    const qpp = createQpp('a key', 7);
    const plain = randomBytes(300);
    const whole = Buffer.from(plain);
    qpp.cipher().encrypt(whole, 0, 300);
    for (const step of [1, 3, 7, 8, 9, 64]) {
      const pieces = Buffer.from(plain);
      const cipher = qpp.cipher();
      for (let at = 0; at < 300; at += step) cipher.encrypt(pieces, at, Math.min(step, 300 - at));
      expect(pieces.equals(whole)).toBe(true);
    }
  });

  it('is warned of as weak with a short key, few pads, or a count that is not coprime to 8', () => {
    const weak = (keyBytes: number, count: number): string[] =>
      parseOptions('client', { qpp: true, key: 'x'.repeat(keyBytes), 'qpp-count': count })
        .problems.filter(({ code }) => code === 'qpp-weak')
        .map(({ text }) => text);
    expect(weak(vectors.minimumSeedBytes, vectors.minimumPads)).toEqual([]);
    expect(weak(210, 7)).toEqual(['QPP is weaker than meant: the key has less than 211 bytes']);
    expect(weak(211, 5)).toEqual(['QPP is weaker than meant: there are less than 7 pads']);
    expect(weak(14, 4)[0].split(',')).toHaveLength(3);
  });

  it.each([0, -1, 1.5, 65536, NaN])('refuses a count of %d', (count) => {
    expect(() => createQpp('key', count)).toThrow(expect.objectContaining({ code: 'bad-option' }));
    expect(() => createQpp('key', count)).toThrow(`qpp-count ${count}`);
  });
});

describe('xoshiro256**', () => {
  it('draws what its 64-bit twin draws', () => {
    const seed = randomBytes(32);
    const generator = new Xoshiro256(seed);
    const twin = xoshiro256SlowTwin(seed);
    for (let i = 0; i < 10_000; i++) {
      generator.next();
      expect(Buffer.from(generator.drawn).readBigUInt64LE()).toBe(twin());
    }
  });
});
