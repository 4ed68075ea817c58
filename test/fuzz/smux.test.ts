import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SmuxStream } from '../../src-main/engine/smux/stream.ts';
import { Collector, SmuxLink, smuxSide } from '../support/smux-link.ts';

const version = fc.constantFrom(1 as const, 2 as const);

/** Frames that look right, so that the fuzz gets past the header. */
const frame = (v: number): fc.Arbitrary<Buffer> =>
  fc
    .record({
      cmd: fc.integer({ min: 0, max: 4 }),
      id: fc.oneof(fc.integer({ min: 0, max: 9 }), fc.nat(0xffffffff)),
      payload: fc.uint8Array({ minLength: 1, maxLength: 40 }),
    })
    .map(({ cmd, id, payload }) => {
      const data = cmd === 2 ? payload : cmd === 4 ? Buffer.alloc(8, payload) : Buffer.alloc(0);
      const header = Buffer.alloc(8);
      header.writeUInt8(v, 0);
      header.writeUInt8(cmd, 1);
      header.writeUInt16LE(data.length, 2);
      header.writeUInt32LE(id, 4);
      return Buffer.concat([header, data]);
    });

/** What a session makes of the bytes: streams, their bytes, their ends, and its own. */
function outcome(v: 1 | 2, pieces: Uint8Array[]): unknown {
  const side = smuxSide(v);
  const seen: { id: number; bytes: Collector }[] = [];
  side.onAccept = (stream) => void seen.push({ id: stream.id, bytes: new Collector(stream) });
  for (const piece of pieces) side.session.input(piece, 0, piece.length);
  side.session.flush();
  side.session.pump(side.sink);
  expect(side.session.unread).toBe(0);
  const code = side.closed?.code;
  side.session.close();
  expect(side.session.streams).toBe(0);
  return [code, seen.map(({ id, bytes }) => [id, bytes.bytes.toString('hex'), bytes.ended])];
}

const cutAt = (bytes: Uint8Array, cuts: number[]): Uint8Array[] => {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((from, i) => bytes.subarray(from, places[i] ?? bytes.length));
};

describe('smux survives', () => {
  it('any bytes', () => {
    fc.assert(
      fc.property(version, fc.uint8Array({ maxLength: 300 }), (v, bytes) => {
        outcome(v, [bytes]);
      }),
      { numRuns: 2000 },
    );
  });

  it('any frames, and makes the same of them however they are cut', () => {
    fc.assert(
      fc.property(
        version.chain((v) => fc.tuple(fc.constant(v), fc.array(frame(v), { maxLength: 30 }))),
        fc.array(fc.nat(), { maxLength: 20 }),
        ([v, frames], cuts) => {
          const bytes = Buffer.concat(frames);
          expect(outcome(v, cutAt(bytes, cuts))).toEqual(outcome(v, [bytes]));
        },
      ),
      { numRuns: 2000 },
    );
  });
});

type Step =
  | { do: 'open' | 'move' }
  | { do: 'write'; at: number; length: number }
  | { do: 'end' | 'hold' | 'release'; at: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom('open' as const, 'move' as const) }),
  fc.record({ do: fc.constant('write' as const), at: fc.nat(20), length: fc.integer({ min: 1, max: 9000 }) }),
  fc.record({ do: fc.constantFrom('end' as const, 'hold' as const, 'release' as const), at: fc.nat(20) }),
);

/** Two sessions, what was sent in each stream, and a reader for each that may hold back. */
class Traffic {
  readonly link: SmuxLink;
  readonly #streams: { stream: SmuxStream; sent: Buffer[]; ended: boolean }[] = [];
  readonly #readers: Collector[] = [];
  #salt = 0;

  constructor(v: 1 | 2, cut: number) {
    const tuning = { frameSize: 700, receiveBuffer: 20_000, streamBuffer: 8_000 };
    this.link = new SmuxLink(v, undefined, tuning, () => cut);
    this.link.server.onAccept = (stream) => void this.#readers.push(new Collector(stream));
  }

  run(one: Step): void {
    if (!('at' in one)) {
      if (one.do === 'move') this.link.settle();
      else this.#streams.push({ stream: this.link.client.session.open(), sent: [], ended: false });
      return;
    }
    const side = this.#streams[one.at % this.#streams.length];
    const reader = this.#readers[one.at % this.#readers.length];
    switch (one.do) {
      case 'hold':
        if (reader) reader.hold = true;
        break;
      case 'release':
        reader?.release();
        break;
      case 'end':
        if (!side) break;
        side.ended = true;
        side.stream.end();
        break;
      case 'write':
        if (!side || side.ended) break;
        side.sent.push(Buffer.alloc(one.length, ++this.#salt));
        side.stream.write(side.sent.at(-1)!);
    }
  }

  /** Lets everything through and compares. */
  finish(): void {
    let before = -1;
    while (before !== this.#received) {
      before = this.#received;
      for (const reader of this.#readers) reader.release();
      this.link.settle();
    }
    for (const { stream, sent, ended } of this.#streams) {
      const reader = this.#readers.find((each) => each.stream.id === stream.id)!;
      expect(reader.bytes.equals(Buffer.concat(sent))).toBe(true);
      expect(reader.ended).toBe(ended);
    }
    expect([this.link.client.closed, this.link.server.closed]).toEqual([undefined, undefined]);
    this.link.close();
  }

  get #received(): number {
    return this.#readers.reduce((n, { stream }) => n + stream.received, 0);
  }
}

describe('smux carries', () => {
  it('every byte of every stream in order, whatever the readers and the line do', () => {
    fc.assert(
      fc.property(
        version,
        fc.array(step, { maxLength: 60 }),
        fc.integer({ min: 1, max: 3000 }),
        (v, steps, cut) => {
          const traffic = new Traffic(v, cut);
          for (const one of steps) {
            traffic.run(one);
            expect(traffic.link.server.session.unread).toBeLessThan(20_000 + cut);
          }
          traffic.finish();
        },
      ),
      { numRuns: 500 },
    );
  });
});
