import { randomBytes, randomInt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { zeroCounters } from '../../../../shared/counters.ts';
import { FecDecoder } from '../../../../src-main/engine/fec/decoder.ts';
import { createKernel } from '../../../../src-main/engine/kernel/load.ts';
import { FecSource, FecTarget } from '../../../support/fec-link.ts';

/** A packet with any seqid and type, and 8 bytes of shard. */
function packet(seqid: number, type: 0xf1 | 0xf2): Buffer {
  const bytes = Buffer.alloc(14);
  bytes.writeUInt32LE(seqid >>> 0, 0);
  bytes.writeUInt16LE(type, 4);
  bytes.writeUInt16LE(8, 6);
  return bytes;
}

/** What a 10+3 sender sends with these seqids. */
const stream = (from: number, count: number): Buffer[] =>
  Array.from({ length: count }, (_, i) => packet(from + i, (from + i) % 13 < 10 ? 0xf1 : 0xf2));

const payloadsOf = (count: number): Buffer[] =>
  Array.from({ length: count }, () => randomBytes(randomInt(24, 1400)));

describe.each(['wasm', 'plain'] as const)('FecDecoder on the %s kernel', (kind) => {
  const kernel = createKernel(kind);

  it('recovers every pattern of up to three lost of 10+3, in any order of arrival', () => {
    const payloads = payloadsOf(10);
    for (let pattern = 0; pattern < 1 << 13; pattern++) {
      const lost = Array.from({ length: 13 }, (_, i) => i).filter((i) => (pattern >> i) & 1);
      if (lost.length > 3 || !lost.some((i) => i < 10)) continue;
      const packets = wire(payloads);
      const target = new FecTarget(kernel, 10, 3);
      const arriving = packets.filter((_, i) => !lost.includes(i));
      target.receive(pattern & 1 ? arriving.reverse() : arriving);
      const wanted = payloads.filter((_, i) => lost.includes(i));
      // Before the last of the data has come, what is still under way counts as lost.
      for (const payload of wanted) expect(target.recovered).toContainEqual(payload);
      expect(target.counters.FECErrs).toBe(0);
      target.decoder.dispose();
    }
  });

  function wire(payloads: Buffer[]): Buffer[] {
    const source = new FecSource(kernel, 10, 3);
    const packets = payloads.flatMap((payload) => source.send(payload));
    source.encoder.dispose();
    return packets;
  }

  it.each([
    [1, 1],
    [3, 2],
    [5, 5],
    [128, 128],
    [240, 16],
    [1, 255],
  ])('recovers as many as it can of %d+%d', (dataShards, parityShards) => {
    const source = new FecSource(kernel, dataShards, parityShards);
    const target = new FecTarget(kernel, dataShards, parityShards);
    const payloads = payloadsOf(dataShards * 2);
    const packets = payloads.flatMap((payload) => source.send(payload));
    const most = Math.min(dataShards, parityShards);
    // The second group: of a single data shard, the parity of the first group is not sent (there is no gap to measure).
    const group = packets.slice(-dataShards - parityShards);
    target.receive(group.slice(most));
    expect(target.recovered).toEqual(payloads.slice(dataShards, dataShards + most));
    expect(target.counters.FECRecovered).toBe(most);
    source.encoder.dispose();
    target.decoder.dispose();
  });
});

describe('FecDecoder', () => {
  const kernel = createKernel();

  it('counts as kcp-go does', () => {
    const source = new FecSource(kernel, 3, 2);
    const { decoder, counters, recovered, receive } = bound(new FecTarget(kernel, 3, 2));
    const groups = Array.from({ length: 3 }, () => payloadsOf(3).flatMap((payload) => source.send(payload)));
    receive(groups[0]);
    expect(counters).toMatchObject({ FECFullShards: 1, FECParityShards: 2, FECShardSet: 1, FECShardMin: 0 });
    receive([groups[1][0], groups[1][0], groups[1][3], groups[1][3]]);
    expect(counters).toMatchObject({ FECParityShards: 3, FECRecovered: 0, FECShardSet: 2, FECShardMin: 1 });
    receive([groups[1][4]]);
    expect(counters).toMatchObject({ FECRecovered: 2, FECFullShards: 1, FECErrs: 0 });
    receive([groups[1][1], groups[1][2]]);
    expect(recovered.length).toBe(2);
    decoder.dispose();
  });

  it('counts a recovered packet of impossible size as an error, and does not hand it on', () => {
    const { counters, recovered, receive } = bound(new FecTarget(kernel, 1, 1));
    const parity = packet(1, 0xf2);
    for (const size of [0, 1, 9, 65535]) {
      parity.writeUInt32LE(parity.readUInt32LE() + 2, 0);
      parity.writeUInt16LE(size, 6);
      receive([parity]);
    }
    expect(recovered).toEqual([]);
    expect(counters).toMatchObject({ FECErrs: 4, FECRecovered: 0 });
  });

  it.each([
    ['a receiver with FEC off', 0, 0],
    ['a receiver set to 5+5', 5, 5],
    ['a receiver set to 20+6', 20, 6],
  ])('learns the shape 10+3: %s', (_, dataShards, parityShards) => {
    const source = new FecSource(kernel, 10, 3);
    const target = new FecTarget(kernel, dataShards, parityShards);
    const { decoder, recovered } = target;
    target.receive(payloadsOf(21).flatMap((payload) => source.send(payload)));
    const payloads = payloadsOf(19);
    const packets = payloads.flatMap((payload) => source.send(payload));
    target.receive(packets.filter((packet) => packet.readUInt32LE() % 13 !== 3));
    expect([decoder.dataShards, decoder.parityShards]).toEqual([10, 3]);
    expect(recovered.slice(-2)).toEqual([payloads[2], payloads[12]]);
  });

  it('learns the shape from any whole group among lost and reordered packets', () => {
    const target = new FecTarget(kernel, 0, 0);
    const packets = stream(1000, 258).filter((_, i) => i < 100 || i >= 140 || i % 5 !== 0);
    target.receive(packets.filter((_, i) => i % 9 !== 0 || (i > 150 && i < 200)).reverse());
    expect([target.decoder.dataShards, target.decoder.parityShards]).toEqual([10, 3]);
  });

  it('goes on over the wrap of the seqids, which need not be where ours is', () => {
    const paws = Math.floor(0xffffffff / 13) * 13;
    for (const wrap of [paws, paws - 13]) {
      const target = new FecTarget(kernel, 10, 3);
      const { decoder } = target;
      target.receive(stream(wrap - 130, 130));
      target.receive(stream(0, 260));
      expect(decoder.expected).toBe(decoder.received + (wrap === paws ? 0 : 10));
      expect(decoder.received).toBeGreaterThanOrEqual(300 - 4 * 10);
      const lossy = stream(260, 13).filter((_, i) => i !== 4);
      target.receive(lossy);
      expect(target.counters.FECRecovered).toBe(1);
    }
  });

  it('fills a group with what comes late by up to 256 packets', () => {
    const target = new FecTarget(kernel, 10, 3);
    const source = new FecSource(kernel, 10, 3);
    const payloads = payloadsOf(10);
    const packets = payloads.flatMap((payload) => source.send(payload));
    target.receive(packets.slice(4));
    target.receive(stream(13, 18 * 13));
    expect(target.recovered).toEqual([]);
    target.receive([packets[0]]);
    expect(target.recovered).toEqual(payloads.slice(1, 4));
  });

  it('finds the peer again after it has started anew, or after a long silence', () => {
    for (const [before, after] of [
      [13 * 100000, 0],
      [0, 13 * 100000],
      [0, 13 * 0x0c000000],
    ]) {
      const target = new FecTarget(kernel, 10, 3);
      target.receive(stream(before, 130));
      target.receive(stream(after, 130));
      expect(target.counters.FECRecovered).toBe(0);
      target.receive(stream(after + 130, 13).slice(1));
      expect(target.counters.FECRecovered).toBe(1);
      expect(target.decoder.expected).toBeLessThan(260);
    }
  });

  it('is not moved by stray seqids', () => {
    const target = new FecTarget(kernel, 10, 3);
    for (let group = 0; group < 50; group++) {
      for (const real of stream(group * 13, 13).slice(1)) {
        const stray = randomInt(0xffffffff);
        target.receive([real, packet(stray, stray % 13 < 10 ? 0xf1 : 0xf2)]);
      }
    }
    expect(target.counters.FECRecovered).toBe(50);
  });

  it('tells the loss from the seqids', () => {
    const target = new FecTarget(kernel, 10, 3);
    const packets = stream(0, 13 * 1004);
    // Every twentieth is lost, neighbours change places, and every seventh comes twice.
    const arriving = packets.filter((_, i) => i % 20 !== 0);
    for (let i = 0; i + 1 < arriving.length; i += 2)
      [arriving[i], arriving[i + 1]] = [arriving[i + 1], arriving[i]];
    target.receive(arriving.flatMap((each, i) => (i % 7 ? [each] : [each, each])));
    const { expected, received } = target.decoder;
    // Of the 650 that are lost in the 1000 groups counted, 500 are data.
    expect(expected).toBe(10000);
    expect(received).toBe(10000 - 500);
  });

  it('does not take parity that was never sent for lost', () => {
    const target = new FecTarget(kernel, 10, 3);
    target.receive(stream(0, 13 * 104).filter((each) => each.readUInt16LE(4) === 0xf1));
    expect(target.decoder.expected).toBe(1000);
    expect(target.decoder.received).toBe(1000);
  });

  it('holds no more memory than four of the largest groups, and none once it is disposed of', () => {
    const small = createKernel();
    const target = new FecTarget(small, 10, 3);
    for (let i = 0; i < 100_000; i++) {
      const seqid = i % 3 ? i : randomInt(0xffffffff);
      target.receive([packet(seqid, randomInt(2) ? 0xf1 : 0xf2)]);
    }
    expect(small.pages.used).toBeLessThanOrEqual(4 * 258 * 2048);
    target.decoder.dispose();
    expect(small.pages.used).toBe(0);
  });

  it('does without recovery where the memory has run out', () => {
    const full = createKernel();
    const target = new FecTarget(full, 10, 3);
    const source = new FecSource(kernel, 10, 3);
    while (full.pages.lend(false) >= 0);
    while (full.pages.lend(true) >= 0);
    target.receive(
      payloadsOf(10)
        .flatMap((payload) => source.send(payload))
        .slice(1),
    );
    expect(target.counters).toMatchObject({ FECErrs: 1, FECRecovered: 0 });
  });

  it('may be disposed of by whoever takes a recovered packet', () => {
    const source = new FecSource(kernel, 10, 10);
    const packets = payloadsOf(10).flatMap((payload) => source.send(payload));
    let taken = 0;
    const room = kernel.arena.alloc(1504);
    const decoder: FecDecoder = new FecDecoder(kernel, 10, 10, zeroCounters(), () => {
      taken++;
      decoder.dispose();
    });
    for (const each of packets.slice(10)) {
      kernel.bytes.set(each, room);
      decoder.input(room, each.length);
    }
    expect(taken).toBeGreaterThan(0);
  });
});

function bound(target: FecTarget) {
  const { decoder, counters, recovered } = target;
  return { decoder, counters, recovered, receive: (packets: Buffer[]) => target.receive(packets) };
}
