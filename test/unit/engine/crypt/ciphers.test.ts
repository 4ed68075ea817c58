import { ecb } from '@noble/ciphers/aes.js';
import { createCipheriv, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ExpandKey } from '../../../../src-main/engine/crypt/block-cipher.ts';
import { aes } from '../../../../src-main/engine/crypt/ciphers/aes.ts';
import { blowfish } from '../../../../src-main/engine/crypt/ciphers/blowfish.ts';
import { cast5 } from '../../../../src-main/engine/crypt/ciphers/cast5.ts';
import { sm4 } from '../../../../src-main/engine/crypt/ciphers/sm4.ts';
import { tripleDes } from '../../../../src-main/engine/crypt/ciphers/triple-des.ts';
import { twofish } from '../../../../src-main/engine/crypt/ciphers/twofish.ts';
import { xtea } from '../../../../src-main/engine/crypt/ciphers/xtea.ts';

function encrypt(expand: ExpandKey, key: Uint8Array, block: Uint8Array): Buffer {
  const words = new Int32Array(block.length >> 2);
  const bytes = Buffer.from(words.buffer);
  bytes.set(block);
  expand(key).encrypt(words);
  return bytes;
}

const published: [string, ExpandKey, string, string, string][] = [
  [
    'AES-128 (FIPS 197, C.1)',
    aes,
    '000102030405060708090a0b0c0d0e0f',
    '00112233445566778899aabbccddeeff',
    '69c4e0d86a7b0430d8cdb78070b4c55a',
  ],
  [
    'AES-192 (FIPS 197, C.2)',
    aes,
    '000102030405060708090a0b0c0d0e0f1011121314151617',
    '00112233445566778899aabbccddeeff',
    'dda97ca4864cdfe06eaf70a0ec0d7191',
  ],
  [
    'AES-256 (FIPS 197, C.3)',
    aes,
    '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f',
    '00112233445566778899aabbccddeeff',
    '8ea2b7ca516745bfeafc49904b496089',
  ],
  [
    'SM4 (GB/T 32907-2016, A.1)',
    sm4,
    '0123456789abcdeffedcba9876543210',
    '0123456789abcdeffedcba9876543210',
    '681edf34d206965e86b3e94f536e4246',
  ],
  [
    'CAST-128 (RFC 2144, B.1)',
    cast5,
    '0123456712345678234567893456789a',
    '0123456789abcdef',
    '238b4fe5847e44b2',
  ],
  ['Blowfish (Schneier, all zero)', blowfish, '0000000000000000', '0000000000000000', '4ef997456198dd78'],
  ['Blowfish (Schneier, all one)', blowfish, 'ffffffffffffffff', 'ffffffffffffffff', '51866fd5b85ecb8a'],
  [
    'Twofish-128 (paper, I=1)',
    twofish,
    '00000000000000000000000000000000',
    '00000000000000000000000000000000',
    '9f589f5cf6122c32b6bfec2f2ae8c35a',
  ],
  [
    'Twofish-256 (paper)',
    twofish,
    '0123456789abcdeffedcba987654321000112233445566778899aabbccddeeff',
    '00000000000000000000000000000000',
    '37527be0052334b89f0cfccae87cfa20',
  ],
  [
    'XTEA (zero key and block)',
    xtea,
    '00000000000000000000000000000000',
    '0000000000000000',
    'dee9d4d8f7131ed9',
  ],
];

describe('block ciphers', () => {
  it.each(published)('%s', (_name, expand, key, block, expected) => {
    expect(encrypt(expand, Buffer.from(key, 'hex'), Buffer.from(block, 'hex')).toString('hex')).toBe(
      expected,
    );
  });

  it.each([16, 24, 32])('AES with a %i-byte key agrees with noble on random blocks', (keyBytes) => {
    for (let i = 0; i < 50; i++) {
      const key = randomBytes(keyBytes);
      const block = randomBytes(16);
      const expected = ecb(key, { disablePadding: true }).encrypt(block);
      expect(encrypt(aes, key, block).equals(expected)).toBe(true);
    }
  });

  it('triple DES agrees with node:crypto on random blocks', () => {
    for (let i = 0; i < 50; i++) {
      const key = randomBytes(24);
      const block = randomBytes(8);
      const expected = createCipheriv('des-ede3-cbc', key, Buffer.alloc(8))
        .setAutoPadding(false)
        .update(block);
      expect(encrypt(tripleDes, key, block).equals(expected)).toBe(true);
    }
  });
});
