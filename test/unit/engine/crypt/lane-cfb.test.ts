import { randomBytes, randomInt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { PacketBatch } from '../../../../src-main/engine/kernel/batch.ts';
import type { ExpandKey } from '../../../../src-main/engine/crypt/block-cipher.ts';
import { Cfb } from '../../../../src-main/engine/crypt/cfb.ts';
import { blowfish } from '../../../../src-main/engine/crypt/ciphers/blowfish.ts';
import { cast5 } from '../../../../src-main/engine/crypt/ciphers/cast5.ts';
import { sm4 } from '../../../../src-main/engine/crypt/ciphers/sm4.ts';
import { tea } from '../../../../src-main/engine/crypt/ciphers/tea.ts';
import { tripleDes } from '../../../../src-main/engine/crypt/ciphers/triple-des.ts';
import { twofish } from '../../../../src-main/engine/crypt/ciphers/twofish.ts';
import { xtea } from '../../../../src-main/engine/crypt/ciphers/xtea.ts';
import { LaneCfb } from '../../../../src-main/engine/crypt/lane-cfb.ts';
import { CFB_LANES, type LaneCipher } from '../../../../src-main/engine/kernel/crypt-kernel.ts';
import { createKernel } from '../../../../src-main/engine/kernel/load.ts';

const kernel = createKernel('wasm');

const ciphers: [LaneCipher, ExpandKey, number, number][] = [
  ['tea', tea, 16, 8],
  ['xtea', xtea, 16, 8],
  ['blowfish', blowfish, 32, 8],
  ['cast5', cast5, 16, 8],
  ['sm4', sm4, 16, 16],
  ['twofish', twofish, 32, 16],
  ['tripleDes', tripleDes, 24, 8],
];

it('there is a kernel for each cipher tested here, and no other', () => {
  expect(ciphers.map(([name]) => name).sort()).toEqual(Object.keys(CFB_LANES).sort());
  expect(createKernel('plain').cfb).toBeUndefined();
});

/** Lengths of datagrams: fewer than lanes, as many, more; equal, mixed, and shorter than a block. */
const batches = (lanes: number): number[][] => [
  [],
  [0],
  [0, 0, 5],
  [1, 7, 8, 9, 15, 16, 17],
  [1350],
  Array.from({ length: lanes }, () => 1350),
  Array.from({ length: lanes + 1 }, () => 100),
  Array.from({ length: 32 }, () => 1350),
  [1500, 20, 20, 20, 20, 20, 20, 20, 20, 20, 1500],
  ...Array.from({ length: 20 }, () => Array.from({ length: 2 + randomInt(30) }, () => randomInt(1501))),
];

describe.each(ciphers)('LaneCfb with %s', (name, expand, keyBytes, blockBytes) => {
  const cipher = expand(randomBytes(keyBytes));
  const step = kernel.cfb?.[name];
  if (!step) throw new Error(`the kernel has no ${name}`);
  const lanes = new LaneCfb(kernel, step, name, cipher, blockBytes);
  const twin = new Cfb(cipher.encrypt, blockBytes);

  /** What either makes of the datagrams: their bytes from `from` on. */
  function both(use: (cfb: LaneCfb | Cfb, batch: PacketBatch) => void, datagrams: Buffer[], from: number) {
    const batch = new PacketBatch(kernel, Math.max(1, datagrams.length));
    const results = [lanes, twin].map((cfb) => {
      batch.clear();
      for (const bytes of datagrams) {
        kernel.bytes.set(bytes, batch.next);
        batch.push(bytes.length);
      }
      use(cfb, batch);
      return datagrams.map(({ length }, i) =>
        Buffer.from(kernel.bytes.slice(batch.offsets[i], batch.offsets[i] + length)).toString('hex', from),
      );
    });
    batch.dispose();
    return results;
  }

  it('seals what its twin seals', () => {
    for (const lengths of batches(CFB_LANES[name])) {
      const datagrams = lengths.map((length) => randomBytes(length));
      const [got, expected] = both((cfb, batch) => cfb.seal(batch), datagrams, 0);
      expect(got).toEqual(expected);
    }
  });

  it('opens what its twin opens, but for the nonce', () => {
    for (const lengths of batches(CFB_LANES[name])) {
      const datagrams = lengths.map((length) => randomBytes(length));
      const [got, expected] = both((cfb, batch) => cfb.open(batch), datagrams, 16);
      expect(got).toEqual(expected);
    }
  });
});
