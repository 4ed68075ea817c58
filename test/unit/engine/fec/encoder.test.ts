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

  it('gives its memory back', () => {
    const mark = kernel.arena.alloc(128 * 64);
    kernel.arena.free(mark);
    new FecEncoder(kernel, 128, 64).dispose();
    expect(kernel.arena.alloc(128 * 64)).toBe(mark);
  });

  it.each([
    [0, 3, 'datashard 0'],
    [10, -1, 'parityshard -1'],
    [1.5, 1, 'datashard 1.5'],
    [200, 57, 'datashard 200 and parityshard 57'],
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
