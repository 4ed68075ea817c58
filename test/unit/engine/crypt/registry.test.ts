import { createDecipheriv, randomBytes, randomFillSync, randomInt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { CRYPT_INFO, CRYPTS } from '../../../../shared/crypts.ts';
import { PacketBatch } from '../../../../src-main/engine/kernel/batch.ts';
import type { PacketCrypt } from '../../../../src-main/engine/crypt/crypt.ts';
import { deriveKey } from '../../../../src-main/engine/crypt/key.ts';
import { createCrypt } from '../../../../src-main/engine/crypt/registry.ts';
import { createKernel } from '../../../../src-main/engine/kernel/load.ts';
import { crc32 } from '../../../reference/crc32.ts';

const pass = deriveKey('a key of the tests');
const wasm = createKernel('wasm');
const plain = createKernel('plain');

const ways = [
  { kernel: wasm, native: true },
  { kernel: wasm, native: false },
  { kernel: plain, native: true },
  { kernel: plain, native: false },
];
const make = (name: string, way = ways[0]): PacketCrypt =>
  createCrypt(name, pass, { ...way, randomFill: randomFillSync });

const datagram = (batch: PacketBatch, i: number): Buffer =>
  Buffer.from(batch.kernel.bytes.slice(batch.offsets[i], batch.offsets[i] + batch.lengths[i]));

const body = (batch: PacketBatch, i: number, { head, tail }: PacketCrypt): Buffer =>
  datagram(batch, i).subarray(head, batch.lengths[i] - tail);

/** Seals the bodies in batches of `size`, and gives the datagrams. */
function seal(crypt: PacketCrypt, kernel: typeof wasm, bodies: readonly Buffer[], size: number): Buffer[] {
  const sealed: Buffer[] = [];
  const batch = new PacketBatch(kernel, size);
  for (let from = 0; from < bodies.length; from += size) {
    batch.clear();
    for (const bytes of bodies.slice(from, from + size)) {
      kernel.bytes.set(bytes, batch.next + crypt.head);
      batch.push(crypt.head + bytes.length + crypt.tail);
    }
    crypt.seal(batch);
    for (let i = 0; i < batch.count; i++) sealed.push(datagram(batch, i));
  }
  batch.dispose();
  return sealed;
}

/** Opens the datagrams in one batch; undefined where one is not ok. */
function open(crypt: PacketCrypt, kernel: typeof wasm, datagrams: readonly Buffer[]): (Buffer | undefined)[] {
  const batch = new PacketBatch(kernel, datagrams.length);
  for (const bytes of datagrams) {
    kernel.bytes.set(bytes, batch.next);
    batch.push(bytes.length);
  }
  crypt.open(batch);
  const opened = datagrams.map((_, i) => (batch.ok[i] === 1 ? body(batch, i, crypt) : undefined));
  batch.dispose();
  return opened;
}

const hex = (bytes: Buffer | undefined): string | undefined => bytes?.toString('hex');

/** Bodies that make datagrams of 20 to 1500 bytes of any crypt. */
const mixedBodies = (): Buffer[] =>
  [0, 1, 12, 15, 16, 17, 24, 100, 1000, 1329, 1330, 1472]
    .concat(Array.from({ length: 20 }, () => randomInt(1473)))
    .map((length) => randomBytes(length));

describe.each(CRYPTS)('%s', (name) => {
  it('has the overhead that shared/crypts.ts tells', () => {
    const { head, tail } = make(name);
    expect({ head, tail }).toEqual({ head: CRYPT_INFO[name].head, tail: CRYPT_INFO[name].tail });
    expect(make(name).name).toBe(name);
  });

  it('opens what it sealed, whatever the kernel, the native ciphers and the size of the batches', () => {
    for (const sealing of ways) {
      const bodies = mixedBodies();
      const size = 1 + randomInt(bodies.length);
      const sealed = seal(make(name, sealing), sealing.kernel, bodies, size);
      for (const opening of ways) {
        expect(open(make(name, opening), opening.kernel, sealed).map(hex)).toEqual(bodies.map(hex));
      }
    }
  });

  it('leaves the memory around a batch alone', () => {
    for (const way of ways) {
      const crypt = make(name, way);
      const { kernel } = way;
      const before = kernel.arena.alloc(64);
      const batch = new PacketBatch(kernel, 4);
      const after = kernel.arena.alloc(64);
      for (const length of [1500, 333, 47]) batch.push(length);
      const outside = (): Buffer =>
        Buffer.concat([
          kernel.bytes.subarray(before, before + 64),
          kernel.bytes.subarray(batch.next, batch.start + 4 * 1504),
          kernel.bytes.subarray(after, after + 64),
        ]);
      // The first use may take scratch memory, which lies elsewhere; the second is watched.
      crypt.seal(batch);
      for (const use of [() => crypt.seal(batch), () => crypt.open(batch)]) {
        randomFillSync(kernel.bytes, before, 64);
        randomFillSync(kernel.bytes, batch.next, batch.start + 4 * 1504 - batch.next);
        randomFillSync(kernel.bytes, after, 64);
        const expected = outside();
        use();
        expect(outside().equals(expected)).toBe(true);
      }
      batch.dispose();
      kernel.arena.free(before);
      kernel.arena.free(after);
    }
  });

  it('survives an empty batch', () => {
    const crypt = make(name);
    const batch = new PacketBatch(wasm, 1);
    crypt.seal(batch);
    crypt.open(batch);
    expect(batch.count).toBe(0);
    batch.dispose();
  });

  if (name !== 'null') {
    it('refuses what is cut short, changed or noise, and still opens the good ones beside it', () => {
      for (const way of ways) {
        const bodies = mixedBodies().filter(({ length }) => length > 0);
        const good = seal(make(name, way), way.kernel, bodies, 8);
        const overhead = CRYPT_INFO[name].head + CRYPT_INFO[name].tail;
        const bad = good.flatMap((bytes) => {
          const changed = Buffer.from(bytes);
          changed[CRYPT_INFO[name].head + randomInt(bytes.length - overhead)] ^= 1 << randomInt(8);
          const lastCut = bytes.subarray(0, -1);
          return [changed, lastCut, bytes.subarray(0, randomInt(overhead)), randomBytes(bytes.length)];
        });
        const opened = open(make(name, way), way.kernel, [...bad, ...good]);
        expect(opened.slice(0, bad.length).every((bytes) => bytes === undefined)).toBe(true);
        expect(opened.slice(bad.length).map(hex)).toEqual(bodies.map(hex));
      }
    });

    it('never sends the same first bytes twice', () => {
      for (const way of ways) {
        const bodies = Array.from({ length: 100 }, () => Buffer.alloc(100));
        const starts = seal(make(name, way), way.kernel, bodies, 7).map((bytes) =>
          bytes.toString('hex', 0, 8),
        );
        expect(new Set(starts).size).toBe(bodies.length);
      }
    });
  }
});

describe('a sealed datagram', () => {
  it.each([
    ['aes', 32, 'aes-256-cfb'],
    ['aes-128', 16, 'aes-128-cfb'],
    ['aes-192', 24, 'aes-192-cfb'],
  ])(
    'of %s opens with the ordinary CFB from the fixed IV, wherever it lay in its batch',
    (name, keyBytes, cfb) => {
      for (const way of ways) {
        const bodies = mixedBodies();
        seal(make(name, way), way.kernel, bodies, 5).forEach((bytes, i) => {
          const iv = Buffer.from('a7734f9c12ac1b01a415f2c1fc78e66b', 'hex');
          const opened = createDecipheriv(cfb, pass.subarray(0, keyBytes), iv).update(bytes);
          expect(opened.readUInt32LE(16)).toBe(crc32(bodies[i]));
          expect(opened.subarray(20).equals(bodies[i])).toBe(true);
        });
      }
    },
  );

  it('of aes-128-gcm opens with node:crypto', () => {
    for (const way of ways) {
      const bodies = mixedBodies();
      seal(make('aes-128-gcm', way), way.kernel, bodies, 5).forEach((bytes, i) => {
        const decipher = createDecipheriv('aes-128-gcm', pass.subarray(0, 16), bytes.subarray(0, 12));
        decipher.setAuthTag(bytes.subarray(-16));
        expect(decipher.update(bytes.subarray(12, -16)).equals(bodies[i])).toBe(true);
        expect(() => decipher.final()).not.toThrow();
      });
    }
  });
});

describe('createCrypt', () => {
  it('refuses an unknown name and says which there are', () => {
    expect(() => make('rot13')).toThrow(
      expect.objectContaining({ code: 'bad-option', message: expect.stringMatching(/"rot13".*aes.*null/) }),
    );
    expect(() => make('constructor')).toThrow(expect.objectContaining({ code: 'bad-option' }));
  });

  it('refuses a pass of the wrong size without showing it', () => {
    const short = Buffer.from('secret');
    expect(() => createCrypt('aes', short, { kernel: wasm, randomFill: randomFillSync })).toThrow(
      expect.objectContaining({ code: 'bad-option', message: expect.not.stringMatching(/secret|736563/) }),
    );
  });
});
