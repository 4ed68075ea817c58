import { describe, expect, it } from 'vitest';
import { EngineError } from '../../../../src-main/engine/errors.ts';
import { FrameDecoder, type FrameHandler } from '../../../../src-main/engine/smux/decoder.ts';

type Seen = [string, ...(number | string)[]];

/** Decodes and lists what was seen; payload pieces of one frame are joined. */
function decode(version: 1 | 2, pieces: Uint8Array[]): Seen[] {
  const seen: Seen[] = [];
  const handler: FrameHandler = {
    syn: (id) => void seen.push(['SYN', id]),
    fin: (id) => void seen.push(['FIN', id]),
    push: (id, length) => void seen.push(['PSH', id, length, '']),
    payload: (bytes, from, length) => {
      const last = seen.at(-1)!;
      last[3] = String(last[3]) + Buffer.from(bytes.subarray(from, from + length)).toString('latin1');
    },
    update: (id, consumed, window) => void seen.push(['UPD', id, consumed, window]),
  };
  const decoder = new FrameDecoder(version, handler);
  for (const piece of pieces) decoder.decode(piece, 0, piece.length);
  return seen;
}

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');

const FRAMES = hex(`
  02 00 0000 03000000
  02 02 0500 03000000 68656c6c6f
  02 03 0000 00000000
  02 02 0000 03000000
  02 04 0800 03000000 ffffffff 00002000
  02 02 0300 feffffff 616263
  02 01 0000 03000000`);
const SEEN: Seen[] = [
  ['SYN', 3],
  ['PSH', 3, 5, 'hello'],
  ['UPD', 3, 0xffffffff, 0x200000],
  ['PSH', 0xfffffffe, 3, 'abc'],
  ['FIN', 3],
];

const failure = (version: 1 | 2, text: string): EngineError => {
  try {
    decode(version, [hex(text)]);
  } catch (error) {
    if (error instanceof EngineError) return error;
  }
  throw new Error(`${text} was taken`);
};

describe('smux decoder', () => {
  it('reads every kind of frame', () => {
    expect(decode(2, [FRAMES])).toEqual(SEEN);
  });

  it('reads the same wherever the input is cut, once or everywhere', () => {
    for (let cut = 1; cut < FRAMES.length; cut++)
      expect(decode(2, [FRAMES.subarray(0, cut), FRAMES.subarray(cut)])).toEqual(SEEN);
    expect(
      decode(
        2,
        [...FRAMES].map((byte) => Uint8Array.of(byte)),
      ),
    ).toEqual(SEEN);
  });

  it('reads from the middle of a buffer', () => {
    const padded = Buffer.concat([Buffer.alloc(7, 0xee), FRAMES, Buffer.alloc(9, 0xee)]);
    const seen: number[] = [];
    const decoder = new FrameDecoder(2, {
      syn: (id) => void seen.push(id),
      fin: (id) => void seen.push(id),
      push: () => {},
      payload: () => {},
      update: () => {},
    });
    decoder.decode(padded, 7, FRAMES.length);
    expect(seen).toEqual([3, 3]);
  });

  it('tells another smux version from its first byte, and says both', () => {
    for (const text of ['01', '01 00 0000 03000000']) {
      const error = failure(2, text);
      expect(error.code).toBe('smux-version');
      expect(error.message).toContain('version 1 seen, 2 expected; smuxver');
    }
    expect(failure(1, '02 00 0000 03000000').message).toContain('version 2 seen, 1 expected');
    expect(failure(1, 'ff 06 0000 73 4e 61 50').message).toContain('version 255 seen, 1 expected; nocomp');
  });

  it('refuses what no smux sends', () => {
    expect(failure(1, '01 04 0800 03000000')).toMatchObject({ code: 'smux-protocol' });
    expect(failure(2, '02 05 0000 03000000').message).toContain('command 5, expected 0 to 4');
    expect(failure(2, '02 04 0700 03000000').message).toContain('UPD with length 7, expected 8');
    for (const cmd of ['00', '01', '03'])
      expect(failure(2, `02 ${cmd} 0100 03000000`)).toMatchObject({ code: 'smux-protocol' });
  });

  it('stops in the middle when it is told to', () => {
    const seen: number[] = [];
    const decoder: FrameDecoder = new FrameDecoder(2, {
      syn: (id) => {
        seen.push(id);
        decoder.stop();
      },
      fin: (id) => void seen.push(id),
      push: (id) => void seen.push(id),
      payload: () => {},
      update: () => {},
    });
    decoder.decode(FRAMES, 0, FRAMES.length);
    expect(seen).toEqual([3]);
  });
});
