import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createKernel } from '../../src-main/engine/kernel/load.ts';
import { FecSource, FecTarget } from '../support/fec-link.ts';

const kernel = createKernel();

const shape = fc.record({
  dataShards: fc.integer({ min: 1, max: 20 }),
  parityShards: fc.integer({ min: 1, max: 20 }),
});

describe('FEC', () => {
  it('recovers whatever is lost, up to as many as there are parity shards', () => {
    fc.assert(
      fc.property(shape, fc.gen(), ({ dataShards, parityShards }, gen) => {
        const source = new FecSource(kernel, dataShards, parityShards);
        const target = new FecTarget(kernel, dataShards, parityShards);
        const payload = (): Uint8Array => gen(fc.uint8Array, { minLength: 0, maxLength: 200 });
        // The parity of the very first packet is not sent: there is no gap to measure yet.
        const payloads = Array.from({ length: 2 * dataShards }, payload);
        const groups = payloads.flatMap((bytes) => source.send(bytes));
        const group = groups.slice(-dataShards - parityShards);
        const order = gen(fc.shuffledSubarray, [...group.keys()], {
          minLength: dataShards,
          maxLength: group.length,
        });
        target.receive(order.map((i) => group[i]));
        const first = order.slice(0, dataShards);
        const wanted = payloads.slice(dataShards).filter((_, i) => !first.includes(i));
        expect(target.recovered).toEqual(wanted.map((bytes) => Buffer.from(bytes)));
        source.encoder.dispose();
        target.decoder.dispose();
      }),
      { numRuns: 1000 },
    );
  });

  it('survives any packets, and serves an honest peer afterwards', () => {
    const packet = fc.record({
      seqid: fc.oneof(fc.nat(300), fc.integer({ min: 0xfffffe00, max: 0xffffffff }), fc.nat(0xffffffff)),
      type: fc.constantFrom(0xf1, 0xf2),
      shard: fc.uint8Array({ minLength: 2, maxLength: 100 }),
    });
    fc.assert(
      fc.property(shape, fc.array(packet, { maxLength: 600 }), ({ dataShards, parityShards }, packets) => {
        const target = new FecTarget(kernel, dataShards, parityShards);
        target.receive(
          packets.map(({ seqid, type, shard }) => {
            const bytes = Buffer.alloc(6 + shard.length);
            bytes.writeUInt32LE(seqid);
            bytes.writeUInt16LE(type, 4);
            bytes.set(shard, 6);
            return bytes;
          }),
        );
        expect(target.decoder.received).toBeLessThanOrEqual(target.decoder.expected);
        const source = new FecSource(kernel, 3, 2);
        for (let i = 0; i < 3 * 200; i++) target.receive(source.send(Buffer.alloc(30)));
        const packet = [1, 2, 3].flatMap((value) => source.send(Buffer.alloc(30, value)));
        target.receive(packet.slice(1));
        expect(target.recovered.at(-1)).toEqual(Buffer.alloc(30, 1));
        source.encoder.dispose();
        target.decoder.dispose();
      }),
      { numRuns: 300 },
    );
  });
});
