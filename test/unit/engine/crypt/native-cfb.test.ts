import { ecb } from '@noble/ciphers/aes.js';
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { PacketBatch } from '../../../../src-main/engine/batch.ts';
import type { ExpandKey } from '../../../../src-main/engine/crypt/block-cipher.ts';
import { aes } from '../../../../src-main/engine/crypt/ciphers/aes.ts';
import { tripleDes } from '../../../../src-main/engine/crypt/ciphers/triple-des.ts';
import { NATIVE_FROM, NativeCfb, probeNative } from '../../../../src-main/engine/crypt/native-cfb.ts';
import { createKernel } from '../../../../src-main/engine/kernel/load.ts';
import { type BlockCipher, cfb } from '../../../reference/cfb.ts';

const kernel = createKernel();

const asBlockCipher =
  (expand: ExpandKey, key: Uint8Array): BlockCipher =>
  (block) => {
    const words = new Int32Array(block.length >> 2);
    const bytes = new Uint8Array(words.buffer);
    bytes.set(block);
    expand(key).encrypt(words);
    return bytes;
  };

const key32 = randomBytes(32);
const key24 = randomBytes(24);
const ciphers = [
  {
    name: 'aes-256',
    key: key32,
    blockBytes: 16,
    own: aes,
    twin: (block: Uint8Array) => ecb(key32, { disablePadding: true }).encrypt(Uint8Array.from(block)),
  },
  { name: 'des-ede3', key: key24, blockBytes: 8, own: tripleDes, twin: asBlockCipher(tripleDes, key24) },
];

describe.each(ciphers)('NativeCfb with $name', ({ name, key, blockBytes, own, twin }) => {
  const create = (): NativeCfb => {
    const native = probeNative(name, key, blockBytes, own);
    if (!native) throw new Error(`${name} is missing in node:crypto`);
    return new NativeCfb(kernel, native, own(key).encrypt, blockBytes);
  };

  it('seals, over many batches, what the ordinary CFB opens from byte 16 on', () => {
    const cipher = create();
    const batch = new PacketBatch(kernel, 6);
    // Batches below and above the size from which the native cipher is used take turns.
    for (const lengths of [
      [20],
      [1500, 20, 21, 333, 1350, 47],
      [NATIVE_FROM - 1],
      [NATIVE_FROM],
      [64, 64],
      [25],
    ]) {
      batch.clear();
      const plain = lengths.map((length) => randomBytes(length));
      for (const bytes of plain) {
        kernel.bytes.set(bytes, batch.next);
        batch.push(bytes.length);
      }
      cipher.seal(batch);
      plain.forEach((bytes, i) => {
        const wire = kernel.bytes.slice(batch.offsets[i], batch.offsets[i] + bytes.length);
        expect(cfb(twin, blockBytes, wire, true).subarray(16).equals(bytes.subarray(16))).toBe(true);
      });
    }
    batch.dispose();
  });

  it('opens what the ordinary CFB sealed', () => {
    const cipher = create();
    const batch = new PacketBatch(kernel, 6);
    for (const lengths of [[20], [1500, 20, 21, 333, 1350, 47], [NATIVE_FROM - 1], [NATIVE_FROM], [64, 64]]) {
      batch.clear();
      const plain = lengths.map((length) => randomBytes(length));
      for (const bytes of plain) {
        kernel.bytes.set(cfb(twin, blockBytes, bytes, false), batch.next);
        batch.push(bytes.length);
      }
      cipher.open(batch);
      plain.forEach((bytes, i) => {
        const opened = kernel.bytes.subarray(batch.offsets[i] + 16, batch.offsets[i] + bytes.length);
        expect(Buffer.compare(opened, bytes.subarray(16))).toBe(0);
      });
    }
    batch.dispose();
  });

  it('gives equal datagrams with equal nonces different first blocks', () => {
    const cipher = create();
    const batch = new PacketBatch(kernel, 8);
    const plain = randomBytes(200);
    while (!batch.full) {
      kernel.bytes.set(plain, batch.next);
      batch.push(plain.length);
    }
    cipher.seal(batch);
    const firsts = Array.from(batch.offsets, (at) =>
      Buffer.from(kernel.bytes.slice(at, at + blockBytes)).toString('hex'),
    );
    expect(new Set(firsts).size).toBe(8);
    batch.dispose();
  });
});

describe('probeNative', () => {
  it('finds nothing where node:crypto has no such cipher', () => {
    expect(probeNative('no-such-cipher', key32, 16, aes)).toBeUndefined();
  });

  it('finds nothing where the key does not fit', () => {
    expect(probeNative('aes-256', key24, 16, aes)).toBeUndefined();
  });

  it('finds nothing where the cipher gives other bytes than our own', () => {
    expect(
      probeNative('aes-256', key32, 16, () => ({ encrypt: () => undefined, schedule: new Int32Array() })),
    ).toBeUndefined();
  });
});
