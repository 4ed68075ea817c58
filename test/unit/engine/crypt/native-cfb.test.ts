import { ecb } from '@noble/ciphers/aes.js';
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { PacketBatch } from '../../../../src-main/engine/kernel/batch.ts';
import { aes } from '../../../../src-main/engine/crypt/ciphers/aes.ts';
import { NATIVE_FROM, NativeCfb, probeNative } from '../../../../src-main/engine/crypt/native-cfb.ts';
import { createKernel } from '../../../../src-main/engine/kernel/load.ts';
import { type BlockCipher, cfb } from '../../../reference/cfb.ts';

const kernel = createKernel();

const key = randomBytes(32);
const twin: BlockCipher = (block) => ecb(key, { disablePadding: true }).encrypt(Uint8Array.from(block));

describe('NativeCfb', () => {
  const create = (): NativeCfb => {
    const native = probeNative('aes-256', key, aes);
    if (!native) throw new Error('aes-256 is missing in node:crypto');
    return new NativeCfb(kernel, native, aes(key).encrypt);
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
        expect(cfb(twin, 16, wire, true).subarray(16).equals(bytes.subarray(16))).toBe(true);
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
        kernel.bytes.set(cfb(twin, 16, bytes, false), batch.next);
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
      Buffer.from(kernel.bytes.slice(at, at + 16)).toString('hex'),
    );
    expect(new Set(firsts).size).toBe(8);
    batch.dispose();
  });
});

describe('probeNative', () => {
  it('finds nothing where node:crypto has no such cipher', () => {
    expect(probeNative('no-such-cipher', key, aes)).toBeUndefined();
  });

  it('finds nothing where the key does not fit', () => {
    expect(probeNative('aes-256', key.subarray(0, 24), aes)).toBeUndefined();
  });

  it('finds nothing where the cipher gives other bytes than our own', () => {
    expect(
      probeNative('aes-256', key, () => ({ encrypt: () => undefined, schedule: new Int32Array() })),
    ).toBeUndefined();
  });
});
