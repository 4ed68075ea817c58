import { isUtf8 } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { deriveKey } from '../../../../src-main/engine/crypt/key.ts';
import vectors from '../../../vectors/kdf.json' with { type: 'json' };

describe('deriveKey', () => {
  it.each(vectors.cases)('derives $passHex', ({ keyUtf8Hex, passHex }) => {
    const key = Buffer.from(keyUtf8Hex, 'hex');
    expect(deriveKey(key).toString('hex')).toBe(passHex);
    if (isUtf8(key)) expect(deriveKey(key.toString()).toString('hex')).toBe(passHex);
  });
});
