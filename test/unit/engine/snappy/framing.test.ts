import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createKernel } from '../../../../src-main/engine/kernel/load.ts';
import { SnappyDecoder } from '../../../../src-main/engine/snappy/decoder.ts';
import { SnappyEncoder } from '../../../../src-main/engine/snappy/encoder.ts';
import { mask, MAX_PLAIN, SNAPPY_MAX_CHUNK } from '../../../../src-main/engine/snappy/framing.ts';
import { chunksOf, readSnappy, SnappyWriter } from '../../../support/snappy-stream.ts';
import vectors from '../../../vectors/snappy-framing.json' with { type: 'json' };

const COMPRESSED = 0;
const STORED = 1;
const IDENTIFIER = Buffer.from('ff060000734e61507059', 'hex');
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const text = Buffer.from('so much to say, and so much of it said before; '.repeat(2000));

describe.each(['wasm', 'plain'] as const)('snappy framing on the %s kernel', (kind) => {
  const kernel = createKernel(kind);

  it.each(vectors.cases)('reads the vector "$name"', (vector) => {
    const plain = readSnappy(kernel, [Buffer.from(vector.wireHex, 'hex')]);
    expect(sha256(plain)).toBe(vector.plainSha256);
  });

  it.each(vectors.cases)('writes the chunks of the vector "$name"', (vector) => {
    const wire = Buffer.from(vector.wireHex, 'hex');
    const plain = readSnappy(kernel, [wire]);
    const writer = new SnappyWriter(kernel);
    let at = 0;
    const ours = Buffer.concat(
      vector.writeLengths.map((length) => writer.write(plain.subarray(at, (at += length)))),
    );
    expect(chunksOf(ours).map(({ type }) => type)).toEqual(chunksOf(wire).map(({ type }) => type));
    expect(readSnappy(kernel, [ours]).equals(plain)).toBe(true);
    expect(ours.length).toBeLessThanOrEqual(wire.length * 1.02);
    writer.dispose();
  });

  it('reads a stream cut at any byte, and byte by byte', () => {
    const writer = new SnappyWriter(kernel);
    const plain = Buffer.concat([text.subarray(0, 500), randomBytes(300), text.subarray(0, 40)]);
    const stream = Buffer.concat([
      writer.write(plain.subarray(0, 500)),
      Buffer.from('80030000aabbcc', 'hex'),
      IDENTIFIER,
      writer.write(plain.subarray(500, 800)),
      Buffer.from('fe000000', 'hex'),
      writer.write(plain.subarray(800)),
    ]);
    for (let cut = 0; cut <= stream.length; cut++) {
      expect(
        readSnappy(kernel, [stream.subarray(0, cut), stream.subarray(cut)]).equals(plain),
        `cut at ${cut}`,
      ).toBe(true);
    }
    const bytes = Array.from(stream, (byte) => Uint8Array.of(byte));
    expect(readSnappy(kernel, bytes).equals(plain)).toBe(true);
  });

  it('takes its input from the middle of any memory, its own included', () => {
    const writer = new SnappyWriter(kernel);
    const stream = writer.write(text.subarray(0, 3000));
    const at = kernel.arena.alloc(stream.length + 100);
    kernel.bytes.set(stream, at + 7);
    const plain: Buffer[] = [];
    const decoder = new SnappyDecoder(kernel);
    decoder.input(kernel.bytes, at + 7, stream.length, (bytes, offset, length) =>
      plain.push(Buffer.from(bytes.slice(offset, offset + length))),
    );
    expect(Buffer.concat(plain).equals(text.subarray(0, 3000))).toBe(true);
  });

  it('never writes past SNAPPY_MAX_CHUNK, and stores what does not shrink', () => {
    const from = kernel.arena.alloc(MAX_PLAIN);
    const to = kernel.arena.alloc(SNAPPY_MAX_CHUNK + 16);
    const end = to + SNAPPY_MAX_CHUNK;
    for (const length of [1, 1000, MAX_PLAIN]) {
      kernel.bytes.set(randomBytes(length), from);
      kernel.bytes.fill(0xee, end, end + 16);
      const written = new SnappyEncoder(kernel).encode(from, length, to);
      expect(written).toBe(IDENTIFIER.length + 8 + length);
      expect(kernel.bytes.subarray(end, end + 16).every((x) => x === 0xee)).toBe(true);
    }
  });
});

describe('SnappyEncoder', () => {
  const kernel = createKernel();

  it('tries but one in eight of chunks that do not shrink, and all again once one has', () => {
    const types = (writer: SnappyWriter, plain: Buffer): number => chunksOf(writer.write(plain)).at(-1)!.type;
    const writer = new SnappyWriter(kernel);
    for (let i = 0; i < 4; i++) expect(types(writer, randomBytes(1000))).toBe(STORED);
    const unseen = Array.from({ length: 8 }, () => types(writer, text.subarray(0, 1000)));
    expect(unseen).toEqual([...Array.from({ length: 7 }, () => STORED), COMPRESSED]);
    expect(types(writer, text.subarray(0, 1000))).toBe(COMPRESSED);
    expect(types(writer, randomBytes(1000))).toBe(STORED);
    expect(types(writer, text.subarray(0, 1000))).toBe(COMPRESSED);
  });
});

describe('SnappyDecoder', () => {
  const kernel = createKernel();

  /** A chunk with the checksum of `plain` in front of `body`. */
  function chunk(type: number, body: Buffer, plain = body): Buffer {
    const bytes = Buffer.alloc(8 + body.length);
    bytes[0] = type;
    bytes.writeUIntLE(body.length + 4, 1, 3);
    const at = kernel.arena.alloc(MAX_PLAIN * 2);
    kernel.bytes.set(plain, at);
    bytes.writeUInt32LE(mask(kernel.crc32c(at, plain.length)), 4);
    kernel.arena.free(at);
    body.copy(bytes, 8);
    return bytes;
  }
  const stored = (plain: Buffer): Buffer => chunk(STORED, plain);

  it('reads the largest stored chunk', () => {
    const plain = randomBytes(MAX_PLAIN);
    expect(readSnappy(kernel, [IDENTIFIER, stored(plain)]).equals(plain)).toBe(true);
  });

  it('skips what may be skipped, however long, and holds none of it', () => {
    const long = Buffer.alloc(4 + 0xffffff);
    for (const type of [0x80, 0xc0, 0xfd, 0xfe]) {
      long.writeUInt32LE((0xffffff00 | type) >>> 0);
      const plain = Buffer.from('plain');
      expect(readSnappy(kernel, [IDENTIFIER, long, stored(plain)]).equals(plain)).toBe(true);
    }
  });

  it.each([
    ['no stream identifier', stored(Buffer.from('x')), 'stream identifier is expected'],
    ['another stream identifier', Buffer.from('ff060000734e61507058', 'hex'), 'wrong stream identifier'],
    ['a stream identifier of another length', Buffer.from('ff05000073', 'hex'), '5 bytes, 6 expected'],
    ...[0x02, 0x40, 0x7f].map((type): [string, Buffer, string] => [
      `a chunk of type ${type}`,
      Buffer.concat([IDENTIFIER, Buffer.of(type, 0, 0, 0)]),
      `chunk type ${type}`,
    ]),
    ['a chunk too short for its checksum', Buffer.concat([IDENTIFIER, Buffer.of(1, 3, 0, 0)]), '3 bytes'],
    [
      'a stored chunk too long, by its header',
      Buffer.concat([IDENTIFIER, Buffer.of(1, 5, 0, 1)]),
      '65541 bytes, 4 to 65540',
    ],
    [
      'a compressed chunk too long, by its header',
      Buffer.concat([IDENTIFIER, Buffer.of(0, 255, 255, 255)]),
      '16777215 bytes',
    ],
    [
      'a wrong checksum',
      Buffer.concat([IDENTIFIER, chunk(STORED, Buffer.from('yes'), Buffer.from('no'))]),
      'checksum',
    ],
    ['a corrupt block', Buffer.concat([IDENTIFIER, chunk(COMPRESSED, Buffer.from('0500', 'hex'))]), 'block'],
  ])('refuses %s', (_, stream, message) => {
    const read = (): Buffer => readSnappy(kernel, [stream]);
    expect(read).toThrow(expect.objectContaining({ code: 'snappy-corrupt' }));
    expect(read).toThrow(message);
  });

  it('refuses a block that holds more than 65536 bytes', () => {
    const plain = kernel.arena.alloc(MAX_PLAIN + 16);
    const block = kernel.arena.alloc(MAX_PLAIN * 2);
    kernel.bytes.fill(7, plain, plain + MAX_PLAIN + 1);
    const length = kernel.snappyCompress(plain, MAX_PLAIN, block);
    const body = Buffer.from(kernel.bytes.slice(block, block + length));
    // One more literal byte behind, and the length at the front made to agree.
    const longer = Buffer.concat([
      Buffer.from('818004', 'hex'),
      body.subarray(3),
      Buffer.from('0007', 'hex'),
    ]);
    const bytes = Buffer.from(kernel.bytes.slice(plain, plain + MAX_PLAIN + 1));
    expect(() => readSnappy(kernel, [IDENTIFIER, chunk(COMPRESSED, longer, bytes)])).toThrow('block');
  });
});
