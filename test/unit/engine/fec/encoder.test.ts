import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { EngineError } from '../../../../src-main/engine/errors.ts';
import { FecEncoder } from '../../../../src-main/engine/fec/encoder.ts';
import { fecKind } from '../../../../src-main/engine/fec/packet.ts';
import { createKernel } from '../../../../src-main/engine/kernel/load.ts';
import { FecSource } from '../../../support/fec-link.ts';
import { fecVectors } from './vectors.ts';

describe.each(['wasm', 'plain'] as const)('FecEncoder on the %s kernel', (kind) => {
  const kernel = createKernel(kind);

  it.each(fecVectors.packets)('writes the packets of the vector $dataShards+$parityShards', (vector) => {
    const source = new FecSource(kernel, vector.dataShards, vector.parityShards);
    const wire = vector.payloadHex.flatMap((hex) => source.send(Buffer.from(hex, 'hex')));
    expect(wire.map((packet) => packet.toString('hex'))).toEqual(vector.wireHex);
  });
});

describe('FecEncoder', () => {
  const kernel = createKernel();

  it('sends no parity when the last two packets of a group are 500 ms apart, and counts its seqids all the same', () => {
    const source = new FecSource(kernel, 2, 3);
    const seqids = (nowMs: number): number[] =>
      source.send(Buffer.alloc(30), nowMs).map((packet) => packet.readUInt32LE());
    expect(seqids(0)).toEqual([0]);
    expect(seqids(499)).toEqual([1, 2, 3, 4]);
    expect(seqids(5000)).toEqual([5]);
    expect(seqids(5500)).toEqual([6]);
    expect(seqids(9000)).toEqual([10]);
    expect(seqids(9000)).toEqual([11, 12, 13, 14]);
  });

  it('adds nothing of a group without parity to the next', () => {
    const source = new FecSource(kernel, 2, 1);
    const fresh = new FecSource(kernel, 2, 1);
    source.send(randomBytes(1000), 0);
    source.send(randomBytes(1400), 1000);
    const [first, second] = [randomBytes(20), randomBytes(30)];
    const parityOf = (from: FecSource, nowMs: number): string => {
      from.send(first, nowMs);
      return from.send(second, nowMs)[1].subarray(4).toString('hex');
    };
    expect(parityOf(source, 2000)).toBe(parityOf(fresh, 0));
  });

  it('takes memory with its packets, as much as they ask for, and gives it back', () => {
    const fresh = createKernel();
    const { pages } = fresh;
    const source = new FecSource(fresh, 10, 3);
    expect(pages.used).toBe(0);
    source.send(randomBytes(24));
    expect(pages.used).toBe(512);
    source.send(randomBytes(1322));
    expect(pages.used).toBe(4096);
    source.encoder.dispose();
    expect(pages.used).toBe(0);
  });

  it('makes the same parity however its packets grow, over many pages too', () => {
    const sizes = [30, 600, 24, 1400, 1200, 1490 - 8];
    const payloads = sizes.map((size) => randomBytes(size));
    const grown = new FecSource(kernel, 6, 20);
    const wide = new FecSource(kernel, 6, 20);
    for (let i = 0; i < 6; i++) wide.send(randomBytes(1482));
    const parity = (source: FecSource): string[] =>
      payloads
        .flatMap((payload) => source.send(payload).slice(1))
        .map((each) => each.subarray(6).toString('hex'));
    const expected = parity(wide);
    expect(expected).toHaveLength(20);
    expect(parity(grown)).toEqual(expected);
  });

  it('sends a group without parity while there is no memory, and the next with it', () => {
    const full = createKernel();
    const { pages } = full;
    const lent: number[] = [];
    for (let page = pages.lend(false); page >= 0; page = pages.lend(false)) lent.push(page);
    const source = new FecSource(full, 2, 1);
    const send = (): Buffer[] => [...source.send(randomBytes(900)), ...source.send(randomBytes(1200))];
    const seqids = (packets: Buffer[]): number[] => packets.map((each) => each.readUInt32LE());
    expect(seqids(send())).toEqual([0, 1]);
    for (const page of lent) pages.giveBack(page);
    expect(seqids(send())).toEqual([3, 4, 5]);
  });

  it.each([
    [0, 3, 'datashard 0'],
    [10, -1, 'parityshard -1'],
    [1.5, 1, 'datashard 1.5'],
    [200, 57, 'parityshard 57: expected datashard + parityshard of at most 256, not 257'],
  ])('refuses %d+%d', (dataShards, parityShards, message) => {
    const make = (): FecEncoder => new FecEncoder(kernel, dataShards, parityShards);
    expect(make).toThrow(EngineError);
    expect(make).toThrow(expect.objectContaining({ code: 'bad-option' }));
    expect(make).toThrow(message);
  });
});

describe('fecKind', () => {
  it('tells packets with FEC from KCP segments', () => {
    const kind = (hex: string): string => {
      const bytes = Buffer.from(hex, 'hex');
      return fecKind(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length);
    };
    expect(kind('00000000f1000200')).toBe('data');
    expect(kind('00000000f2000000')).toBe('parity');
    expect(kind('fffffffff3000600')).toBe('out-of-band');
    expect(kind('0000000051000000')).toBe('none');
    expect(kind('00000000f1010200')).toBe('none');
    expect(kind('00000000f10002')).toBe('none');
    expect(kind('')).toBe('none');
  });
});
