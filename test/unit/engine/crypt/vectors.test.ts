import { randomFillSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { CRYPTS } from '../../../../shared/crypts.ts';
import { PacketBatch } from '../../../../src-main/engine/kernel/batch.ts';
import { createCipher, createCrypt } from '../../../../src-main/engine/crypt/registry.ts';
import { createKernel } from '../../../../src-main/engine/kernel/load.ts';
import gcm from '../../../vectors/packet-aes-128-gcm.json' with { type: 'json' };
import vectors from '../../../vectors/packet-crypt.json' with { type: 'json' };

const pass = Buffer.from(vectors.passHex, 'hex');
const fromHex = (hex: string): Buffer => Buffer.from(hex, 'hex');

it('are there for every crypt that does anything', () => {
  const covered = [...vectors.ciphers.map(({ crypt }) => crypt), 'aes-128-gcm', 'null'];
  expect(covered.sort()).toEqual([...CRYPTS].sort());
});

describe.each([
  { kind: 'wasm', native: true },
  { kind: 'wasm', native: false },
  { kind: 'plain', native: true },
  { kind: 'plain', native: false },
] as const)('vectors of the reference, $kind kernel, native $native', ({ kind, native }) => {
  const kernel = createKernel(kind);
  const read = (from: number, length: number): string =>
    Buffer.from(kernel.bytes.buffer, from, length).toString('hex');

  describe.each(vectors.ciphers)('$crypt', ({ crypt, cases }) => {
    type Name = Parameters<typeof createCipher>[0];

    it('seals', () => {
      const batch = new PacketBatch(kernel, 1);
      for (const { plainHex, wireHex } of cases) {
        // A fresh cipher each time: only a stream's first datagram starts from the IV.
        const cipher = createCipher(crypt as Name, pass, { kernel, native });
        batch.clear();
        kernel.bytes.set(fromHex(plainHex), batch.next);
        batch.push(plainHex.length / 2);
        cipher.seal(batch);
        expect(read(batch.start, batch.lengths[0])).toBe(wireHex);
      }
      batch.dispose();
    });

    it('opens, all in one batch', () => {
      const batch = new PacketBatch(kernel, cases.length);
      for (const { wireHex } of cases) {
        kernel.bytes.set(fromHex(wireHex), batch.next);
        batch.push(wireHex.length / 2);
      }
      createCipher(crypt as Name, pass, { kernel, native }).open(batch);
      cases.forEach(({ plainHex }, i) => {
        // The nonce, which nobody reads, need not come out right.
        expect(read(batch.offsets[i] + 16, batch.lengths[i] - 16)).toBe(plainHex.slice(32));
      });
      batch.dispose();
    });
  });

  it('aes-128-gcm seals', () => {
    const batch = new PacketBatch(kernel, 1);
    for (const { nonceHex, plainHex, wireHex } of gcm.cases) {
      const crypt = createCrypt('aes-128-gcm', fromHex(gcm.passHex), {
        kernel,
        native,
        randomFill: (bytes) => bytes.set(fromHex(nonceHex)),
      });
      batch.clear();
      kernel.bytes.set(fromHex(plainHex), batch.next + crypt.head);
      batch.push(wireHex.length / 2);
      crypt.seal(batch);
      expect(read(batch.start, batch.lengths[0])).toBe(wireHex);
    }
    batch.dispose();
  });

  it('aes-128-gcm opens, all in one batch', () => {
    const crypt = createCrypt('aes-128-gcm', fromHex(gcm.passHex), {
      kernel,
      native,
      randomFill: randomFillSync,
    });
    const batch = new PacketBatch(kernel, gcm.cases.length);
    for (const { wireHex } of gcm.cases) {
      kernel.bytes.set(fromHex(wireHex), batch.next);
      batch.push(wireHex.length / 2);
    }
    crypt.open(batch);
    gcm.cases.forEach(({ plainHex }, i) => {
      expect(batch.ok[i]).toBe(1);
      expect(read(batch.offsets[i] + crypt.head, plainHex.length / 2)).toBe(plainHex);
    });
    batch.dispose();
  });
});
