import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  BLOCK_BYTES,
  giveBlock,
  SMALL_BYTES,
  takeBlock,
  takeSmall,
} from '../../../../src-main/engine/smux/blocks.ts';
import { ByteQueue } from '../../../../src-main/engine/smux/byte-queue.ts';
import { seededRandom } from '../../../support/random.ts';

class Sink {
  readonly #pieces: Buffer[] = [];
  write(bytes: Uint8Array, from: number, length: number): void {
    this.#pieces.push(Buffer.from(bytes.subarray(from, from + length)));
  }
  get bytes(): Buffer {
    return Buffer.concat(this.#pieces);
  }
}

describe('ByteQueue', () => {
  it('gives what it took, however both are cut', () => {
    const random = seededRandom(7);
    const queue = new ByteQueue();
    const sink = new Sink();
    const sent: Buffer[] = [];
    for (let i = 0; i < 2_000; i++) {
      const bytes = randomBytes(Math.floor(random() ** 4 * 60_000));
      sent.push(bytes);
      queue.push(bytes, 0, bytes.length);
      queue.moveTo(sink, Math.floor(random() * queue.length));
    }
    queue.moveTo(sink, queue.length);
    expect(queue.length).toBe(0);
    expect(sink.bytes.equals(Buffer.concat(sent))).toBe(true);
  });

  it('copies: what was pushed may change', () => {
    const queue = new ByteQueue();
    const bytes = Buffer.from('before');
    queue.push(bytes, 0, bytes.length);
    bytes.fill('x');
    const sink = new Sink();
    queue.moveTo(sink, queue.length);
    expect(sink.bytes.toString()).toBe('before');
  });

  it('hands over blocks, and little data in memory of its own', () => {
    const queue = new ByteQueue();
    const chunks: [Uint8Array, boolean][] = [];
    const drain = (): void => queue.drain((chunk, last) => chunks.push([chunk, last]));
    queue.push(Buffer.alloc(BLOCK_BYTES + 10, 1), 0, BLOCK_BYTES + 10);
    drain();
    queue.push(Buffer.alloc(BLOCK_BYTES, 2), 0, BLOCK_BYTES);
    drain();
    drain();
    expect(chunks.map(([{ length, buffer }, last]) => [length, buffer.byteLength, last])).toEqual([
      [BLOCK_BYTES, BLOCK_BYTES, false],
      [10, 10, true],
      [BLOCK_BYTES, BLOCK_BYTES, true],
    ]);
    expect(chunks.every(([chunk], i) => chunk.every((byte) => byte === (i < 2 ? 1 : 2)))).toBe(true);
    expect(queue.length).toBe(0);
  });

  it('gives its blocks back when it is cleared', () => {
    const queue = new ByteQueue();
    const block = takeBlock();
    giveBlock(block);
    queue.push(Buffer.alloc(1000), 0, 1000);
    queue.clear();
    expect(queue.length).toBe(0);
    expect(takeBlock()).toBe(block);
  });

  it('takes little memory for little', () => {
    const queue = new ByteQueue();
    const small = takeSmall();
    giveBlock(small);
    queue.push(Buffer.alloc(SMALL_BYTES - 1, 1), 0, SMALL_BYTES - 1);
    queue.push(Buffer.alloc(2, 2), 0, 2);
    const chunks: Uint8Array[] = [];
    queue.drain((chunk) => chunks.push(chunk));
    expect(chunks.map(({ length }) => length)).toEqual([SMALL_BYTES, 1]);
    expect(chunks[0].buffer).toBe(small.buffer);
    expect(Buffer.concat(chunks).toString('hex')).toBe('01'.repeat(SMALL_BYTES - 1) + '0202');
  });
});

describe('blocks', () => {
  it('are used again, also when only a part comes back', () => {
    const block = takeBlock();
    giveBlock(block.subarray(0, 3));
    const again = takeBlock();
    expect(again).toHaveLength(BLOCK_BYTES);
    expect(again.buffer).toBe(block.buffer);
  });

  it('are not made of other memory', () => {
    const other = Buffer.alloc(100);
    giveBlock(other);
    expect(takeBlock().buffer).not.toBe(other.buffer);
  });
});
