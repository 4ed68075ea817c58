import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEFAULT_KEY } from '../../../../shared/options.ts';
import { deriveKey } from '../../../../src-main/engine/crypt/key.ts';
import { createCrypt } from '../../../../src-main/engine/crypt/registry.ts';
import { FEC_HEADER_BYTES, fecKind } from '../../../../src-main/engine/fec/packet.ts';
import { BatchPool } from '../../../../src-main/engine/kernel/batch.ts';
import { createKernel } from '../../../../src-main/engine/kernel/load.ts';
import { streamFormat } from '../../../../src-main/engine/probe/heartbeat.ts';
import { readAnswer } from '../../../../src-main/engine/probe/question.ts';
import { ShapeSearch } from '../../../../src-main/engine/probe/shape.ts';

const kernel = createKernel('plain');
const pool = new BatchPool(kernel);

/** What a probe reads of the server's half of a recorded session. */
function read(name: string, cryptName: string) {
  const { datagrams } = JSON.parse(
    readFileSync(new URL(`../../../vectors/${name}.json`, import.meta.url), 'utf8'),
  ) as { datagrams: { dir: string; hex: string }[] };
  const crypt = createCrypt(cryptName, deriveKey(DEFAULT_KEY), { kernel, randomFill: () => {} });
  const shape = new ShapeSearch();
  const stream: Uint8Array[] = [];
  const windows: number[] = [];
  let conv: number | undefined;
  for (const { dir, hex } of datagrams) {
    const batch = pool.take();
    const datagram = Buffer.from(hex, 'hex');
    kernel.bytes.set(datagram, batch.next);
    batch.push(datagram.length);
    crypt.open(batch);
    expect(batch.ok[0]).toBe(1);
    const at = batch.offsets[0] + crypt.head;
    const length = datagram.length - crypt.head;
    const kind = fecKind(kernel.view, at, length);
    const head = kind === 'none' ? 0 : FEC_HEADER_BYTES;
    if (kind !== 'parity') conv ??= kernel.view.getUint32(at + head, true);
    if (dir === 'server>client') {
      if (kind !== 'none') shape.add(kernel.view.getUint32(at, true), kind === 'data');
      if (kind !== 'parity')
        expect(
          readAnswer(kernel, at + head, length - head, conv!, {
            window: (segments) => windows.push(segments),
            answered() {},
            pushed: (sn, _ts, bytes) => (stream[sn] = bytes.slice()),
          }),
        ).toBe(true);
    }
    pool.give(batch);
  }
  return { shape, windows, stream: Buffer.concat(stream) };
}

describe('a recorded server', () => {
  it('of 20210922, plain, smux 1', () => {
    const { stream, shape, windows } = read('session-plain-smux1', 'none');
    expect(streamFormat(kernel, stream)).toEqual({ nocomp: true, smuxver: 1 });
    expect(shape.seen).toBe(0);
    expect(windows.at(-1)).toBe(1024);
  });

  it('of 20210922, 3+2, snappy, smux 2', () => {
    const { stream, shape } = read('session-fec-snappy-smux2', 'none');
    expect(streamFormat(kernel, stream)).toEqual({ nocomp: false, smuxver: 2 });
    expect(shape.find()).toEqual({ dataShards: 3, parityShards: 2 });
  });

  it('of 20210922 with its defaults', () => {
    const { stream } = read('session-defaults-aes', 'aes');
    expect(streamFormat(kernel, stream)).toEqual({ nocomp: false, smuxver: 1 });
  });

  it('is read however its stream is cut', () => {
    const { stream } = read('session-fec-snappy-smux2', 'none');
    for (let length = 0; length <= stream.length; length++) {
      const format = streamFormat(kernel, stream.subarray(0, length));
      expect([undefined, { nocomp: false, smuxver: 2 }]).toContainEqual(format);
    }
  });
});

describe('the search for a shape', () => {
  it('finds every shape from a few packets, whichever are lost, and never a wrong one', () => {
    let state = 7;
    const random = (): number => (state = (state * 48271) % 0x7fffffff) / 0x7fffffff;
    for (let round = 0; round < 400; round++) {
      const dataShards = 1 + Math.floor(random() * 24);
      const parityShards = 1 + Math.floor(random() * 12);
      const size = dataShards + parityShards;
      const shape = new ShapeSearch();
      for (let seqid = 0; seqid < 3 * size; seqid++) {
        if (random() < 0.1) continue;
        shape.add(seqid, seqid % size < dataShards);
        const found = shape.find();
        if (found && seqid >= size + dataShards) expect(found).toEqual({ dataShards, parityShards });
      }
    }
  });
});
