import fc from 'fast-check';
import { uncompress } from 'snappyjs';
import { describe, expect, it } from 'vitest';
import { EngineError } from '../../src-main/engine/errors.ts';
import { createKernel } from '../../src-main/engine/kernel/load.ts';
import { readSnappy, SnappyWriter } from '../support/snappy-stream.ts';

const [wasm, plain] = [createKernel('wasm'), createKernel('plain')];

/** Few different bytes, so that there is something to find; and any. */
const data = fc.oneof(
  fc.uint8Array({ maxLength: 3000, max: 3 }),
  fc.uint8Array({ maxLength: 3000 }),
  fc
    .array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 20 }), fc.nat(200)), { maxLength: 20 })
    .map((runs) => Buffer.concat(runs.map(([bytes, times]) => Buffer.alloc(bytes.length * times, bytes)))),
);

/** Cuts bytes at the given places. */
const cutAt = (bytes: Uint8Array, places: number[]): Uint8Array[] => {
  const cuts = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return cuts.slice(1).map((end, i) => bytes.subarray(cuts[i], end));
};

describe('snappy', () => {
  it.each([wasm, plain])('brings any bytes back, however the stream is cut: $name', (kernel) => {
    const writer = new SnappyWriter(kernel);
    // The stream identifier goes first, once.
    const start = writer.write(Buffer.of(0));
    fc.assert(
      fc.property(data, fc.array(fc.nat(), { maxLength: 20 }), (bytes, places) => {
        const stream = Buffer.concat([start, writer.write(bytes)]);
        const back = readSnappy(kernel, cutAt(stream, places));
        expect(Buffer.compare(back.subarray(1), bytes)).toBe(0);
      }),
      { numRuns: 1000 },
    );
    writer.dispose();
  });

  it('compresses any bytes to a block that snappyjs reads', () => {
    const from = wasm.arena.alloc(65536);
    const to = wasm.arena.alloc(80000);
    fc.assert(
      fc.property(data, (bytes) => {
        const input = bytes.subarray(0, 65536);
        wasm.bytes.set(input, from);
        const length = wasm.snappyCompress(from, input.length, to);
        expect(Buffer.compare(uncompress(wasm.bytes.slice(to, to + length)), input)).toBe(0);
      }),
      { numRuns: 1000 },
    );
  });

  it('reads any bytes as a block the same way with both kernels, and writes nothing outside its room', () => {
    const room = 500;
    const elements = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc
        .tuple(
          fc.nat(room + 20),
          fc.array(fc.constantFrom(0, 1, 2, 4, 8, 9, 13, 61, 240), { maxLength: 200 }),
        )
        .map(([length, tags]) => Uint8Array.from([(length & 127) | 128, length >> 7, ...tags])),
    );
    const at = [wasm, plain].map(({ arena }) => ({ from: arena.alloc(400), to: arena.alloc(1000) }));
    fc.assert(
      fc.property(elements, (block) => {
        const results = [wasm, plain].map((kernel, i) => {
          const { from, to } = at[i];
          kernel.bytes.fill(0xee, from, from + 400);
          kernel.bytes.fill(0xee, to, to + 1000);
          kernel.bytes.set(block, from);
          const length = kernel.snappyUncompress(from, block.length, to + 100, room);
          const { bytes } = kernel;
          const outside = [bytes.subarray(to, to + 100), bytes.subarray(to + 100 + room, to + 1000)];
          expect(outside.every((margin) => margin.every((byte) => byte === 0xee))).toBe(true);
          return { length, plain: Buffer.from(bytes.slice(to + 100, to + 100 + Math.max(length, 0))) };
        });
        expect(results[0]).toEqual(results[1]);
      }),
      { numRuns: 5000 },
    );
  });

  it('refuses any stream it cannot read with one error, however it is cut', () => {
    const writer = new SnappyWriter(wasm);
    const stream = Buffer.concat([writer.write(Buffer.alloc(300, 'ab')), writer.write(Buffer.from('xyz'))]);
    const outcome = (pieces: Uint8Array[]): string => {
      try {
        return readSnappy(wasm, pieces).toString('hex');
      } catch (error) {
        expect(error).toBeInstanceOf(EngineError);
        return (error as EngineError).message;
      }
    };
    fc.assert(
      fc.property(
        fc.nat(stream.length - 1),
        fc.nat(255),
        fc.array(fc.nat(), { maxLength: 10 }),
        (place, value, places) => {
          const changed = Buffer.from(stream);
          changed[place] = value;
          expect(outcome(cutAt(changed, places))).toBe(outcome([changed]));
        },
      ),
      { numRuns: 3000 },
    );
    writer.dispose();
  });

  it('takes any bytes at all', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          readSnappy(wasm, [Buffer.from('ff060000734e61507059', 'hex'), bytes]);
        } catch (error) {
          expect(error).toMatchObject({ code: 'snappy-corrupt' });
        }
      }),
      { numRuns: 3000 },
    );
  });
});
