import { describe, expect, it } from 'vitest';
import { zeroCounters } from '../../../../shared/counters.ts';
import { PRESETS } from '../../../../shared/options.ts';
import {
  AT_CMD,
  AT_LEN,
  AT_SN,
  AT_TS,
  AT_UNA,
  AT_WND,
  CMD_ACK,
  CMD_PUSH,
  CMD_WASK,
  CMD_WINS,
  HEADER_BYTES,
} from '../../../../src-main/engine/kcp/segment.ts';
import { createKernel } from '../../../../src-main/engine/kernel/load.ts';
import { Kcp } from '../../../../src-main/engine/kcp/kcp.ts';
import { Pushed, ReceiveWindow } from '../../../../src-main/engine/kcp/receive-window.ts';
import { SURE } from '../../../../src-main/engine/kernel/pages.ts';
import { Due, SendWindow } from '../../../../src-main/engine/kcp/send-window.ts';
import { KcpEnd, kcpOptions, kcpPair } from '../../../support/kcp-pair.ts';
import { Brake } from '../../../../src-main/engine/line/brake.ts';
import { Flight } from '../../../../src-main/engine/line/flight.ts';
import { seededRandom } from '../../../support/random.ts';
import { Simulation } from '../../../support/simulation.ts';

interface Segment {
  cmd: number;
  wnd: number;
  ts: number;
  sn: number;
  una: number;
  data: Uint8Array;
}

function segments(datagram: Uint8Array): Segment[] {
  const view = new DataView(datagram.buffer, datagram.byteOffset, datagram.length);
  const list: Segment[] = [];
  for (let at = 0; at < datagram.length;) {
    const length = view.getUint32(at + AT_LEN, true);
    const data = datagram.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length);
    list.push({
      cmd: datagram[at + AT_CMD],
      wnd: view.getUint16(at + AT_WND, true),
      ts: view.getUint32(at + AT_TS, true),
      sn: view.getUint32(at + AT_SN, true),
      una: view.getUint32(at + AT_UNA, true),
      data,
    });
    at += HEADER_BYTES + length;
  }
  return list;
}

function segment(cmd: number, sn: number, over: Partial<Omit<Segment, 'cmd' | 'sn'>> = {}): Uint8Array {
  const data = over.data ?? new Uint8Array(0);
  const bytes = new Uint8Array(HEADER_BYTES + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, kcpOptions().conv, true);
  view.setUint8(AT_CMD, cmd);
  view.setUint16(AT_WND, over.wnd ?? 512, true);
  view.setUint32(AT_TS, over.ts ?? 0, true);
  view.setUint32(AT_SN, sn, true);
  view.setUint32(AT_UNA, over.una ?? 0, true);
  view.setUint32(AT_LEN, data.length, true);
  bytes.set(data, HEADER_BYTES);
  return bytes;
}

const join = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

const noise = (length: number, seed = 1): Uint8Array => {
  const random = seededRandom(seed);
  return Uint8Array.from({ length }, () => random() * 256);
};

describe('Kcp against Kcp', () => {
  for (const [name, preset] of [
    ...Object.entries(PRESETS),
    ['cwnd', { nodelay: 0, interval: 40, resend: 2, nc: 0 }],
  ] as const) {
    it(`delivers in order through a bad line, mode ${name}`, () => {
      const world = new Simulation(7);
      const line = { loss: 0.1, delay: 30, jitter: 10, duplicate: 0.02, reorder: 0.05 };
      const { a, b } = kcpPair(world, line, {
        nodelay: preset.nodelay > 0,
        interval: preset.interval,
        resend: preset.resend,
        noCongestionWindow: preset.nc > 0,
      });
      const there = noise(200_000, 1);
      const back = noise(50_000, 2);
      a.send(there);
      b.send(back);
      world.runSync(600_000, () => b.received.length >= there.length && a.received.length >= back.length);
      expect(Buffer.from(b.received).equals(there)).toBe(true);
      expect(Buffer.from(a.received).equals(back)).toBe(true);
      expect(a.counters.RetransSegs).toBe(
        a.counters.LostSegs + a.counters.FastRetransSegs + a.counters.EarlyRetransSegs,
      );
      expect(a.counters.RetransSegs).toBeGreaterThan(0);
    });
  }

  it('needs no timer once everything is acknowledged', () => {
    const world = new Simulation(1);
    const { a, b } = kcpPair(world);
    a.send(noise(10_000));
    expect(world.runSync(60_000)).toBe(true);
    expect(b.receivedBytes).toBe(10_000);
    expect(a.kcp.nextFlush(world.now())).toBe(Infinity);
    expect(b.kcp.nextFlush(world.now())).toBe(Infinity);
  });

  it('stops at a reader that does not read, probes, and goes on when it does', () => {
    const world = new Simulation(3);
    const { a, b } = kcpPair(world, { delay: 5 }, { rcvWnd: 16 });
    b.wantsBytes = false;
    const data = noise(100_000);
    a.send(data);
    world.runSync(5_000);
    expect(b.kcp.receive.queued).toBe(16);
    expect(b.receivedBytes).toBe(0);
    expect(a.kcp.rmtWnd).toBe(0);
    b.wantsBytes = true;
    b.turnSoon();
    world.runSync(60_000, () => b.receivedBytes === data.length);
    expect(Buffer.from(b.received).equals(data)).toBe(true);
  });

  it('has few needless retransmissions on a clean line', () => {
    const world = new Simulation(5);
    const { a, b } = kcpPair(world, { delay: 20, rate: 20e6 }, { sndWnd: 1024, rcvWnd: 1024 }, false);
    a.send(noise(2_000_000));
    world.runSync(60_000, () => b.receivedBytes === 2_000_000);
    expect(b.receivedBytes).toBe(2_000_000);
    expect(a.counters.RetransSegs).toBeLessThan(15);
  });
});

describe('what Kcp writes', () => {
  const collect = (options = {}): { world: Simulation; end: KcpEnd; out: Segment[][] } => {
    const world = new Simulation(1);
    const end = new KcpEnd(world, options);
    const out: Segment[][] = [];
    end.transmit = (datagram) => out.push(segments(datagram));
    return { world, end, out };
  };

  it('cuts a stream into full segments and tops up the last queued one', () => {
    const { world, end, out } = collect();
    end.write(noise(10));
    end.write(noise(3000));
    end.turnSoon();
    world.runSync(1);
    expect(out.flat().map((s) => s.data.length)).toEqual([1306, 1306, 398]);
    expect(out.flat().map((s) => s.sn)).toEqual([0, 1, 2]);
    expect(out.flat().every((s) => s.cmd === CMD_PUSH && s.wnd === 512)).toBe(true);
  });

  it('answers each PUSH out of order, and of those in order only the last', () => {
    const { world, end, out } = collect({ interval: 10 });
    const push = (sn: number, ts: number): Uint8Array => segment(CMD_PUSH, sn, { ts, data: noise(5) });
    end.input(join(push(0, 100), push(1, 101), push(4, 104), push(2, 102)));
    world.runSync(50);
    expect(out.flat().map(({ cmd, sn, ts, una }) => [cmd, sn, ts, una])).toEqual([
      [CMD_ACK, 4, 104, 3],
      [CMD_ACK, 2, 102, 3],
    ]);
  });

  it('shows by the last ACK, twice where una covers it, that it is paced', () => {
    const { world, end, out } = collect({ interval: 10 });
    end.kcp.showsPace();
    const answer = (...sns: number[]): number[][] => {
      out.length = 0;
      for (const sn of sns) end.input(segment(CMD_PUSH, sn, { ts: sn, data: noise(5) }));
      world.runSync(20);
      return out.flat().map(({ cmd, sn, ts, una }) => [cmd, sn, ts, una]);
    };
    const ack = (sn: number, una: number): number[] => [CMD_ACK, sn, sn, una];
    expect(answer(0, 1)).toEqual([ack(1, 2), ack(1, 2)]);
    expect(answer(3)).toEqual([ack(3, 2)]);
    expect(answer(4, 2)).toEqual([ack(2, 5), ack(2, 5)]);
    const times = Array.from({ length: 100 }, (_, i) => answer(5 + i).length);
    expect(times.filter((n) => n === 2)).toHaveLength(33);
  });

  it('brakes a peer until that has shown that it is paced', () => {
    const { world, end } = collect();
    const brake = new Brake(10);
    end.kcp.brakedBy(brake);
    end.write(noise(1306 * 4));
    end.turnSoon();
    world.runSync(1);
    const ack = (sn: number, una: number): Uint8Array => segment(CMD_ACK, sn, { una });
    // of one that is not, and of a datagram that the line repeats
    end.input(join(segment(CMD_PUSH, 0), ack(3, 1), ack(3, 1), ack(0, 1)));
    end.input(join(ack(0, 1), segment(CMD_PUSH, 1)));
    brake.turn(20, 0, world.now());
    expect(brake.braking).toBe(true);
    end.input(join(ack(1, 2), ack(1, 2)));
    expect(brake.braking).toBe(false);
    expect(brake.turn(20, 0, world.now())).toBe(true);
    expect(brake.ahead).toBe(Infinity);
  });

  it('waits for the interval with a few ACKs, and sends many at once', () => {
    const { world, end, out } = collect({ interval: 40 });
    end.input(segment(CMD_PUSH, 0, { data: noise(5) }));
    world.runSync(39);
    expect(out).toHaveLength(0);
    world.runSync(2);
    expect(out).toHaveLength(1);
    for (let sn = 1; sn <= 56; sn++) end.input(segment(CMD_PUSH, sn, { data: noise(5) }));
    world.runSync(0);
    expect(out).toHaveLength(2);
  });

  it('sends an ACK at once with acknodelay', () => {
    const { world, end, out } = collect({ interval: 40, ackNoDelay: true });
    end.input(segment(CMD_PUSH, 0, { data: noise(5) }));
    world.runSync(0);
    expect(out.flat().map((s) => s.cmd)).toEqual([CMD_ACK]);
  });

  it('answers at once what comes with a new ACK, by the line’s timing only to a peer on the same machine', () => {
    const answers = (line: boolean, roundTrip: number): number[][] => {
      const { world, end, out } = collect({ interval: 40 });
      const flight = new Flight(end.kcp.mss, HEADER_BYTES, 40, undefined);
      flight.model.roundTrip(roundTrip, 0, false, 0);
      if (line) end.kcp.timedBy(flight);
      end.write(noise(5));
      end.turnSoon();
      world.runSync(1);
      end.input(join(segment(CMD_ACK, 0, { una: 1 }), segment(CMD_PUSH, 0, { una: 1, data: noise(5) })));
      world.runSync(0);
      return out
        .flat()
        .slice(1)
        .map((s) => [s.cmd, s.sn]);
    };
    expect(answers(false, 20)).toEqual([[CMD_ACK, 0]]);
    expect(answers(true, 20)).toEqual([]);
    expect(answers(true, 0.2)).toEqual([[CMD_ACK, 0]]);
  });

  it('answers WASK with WINS', () => {
    const { world, end, out } = collect();
    end.input(segment(CMD_WASK, 0));
    world.runSync(50);
    expect(out.flat().map((s) => [s.cmd, s.wnd])).toEqual([[CMD_WINS, 512]]);
  });

  it('sends a segment again after two later ones were acknowledged, once, and not early while new data flows', () => {
    const { world, end, out } = collect({ sndWnd: 8 });
    end.write(noise(1306 * 8));
    end.turnSoon();
    world.runSync(1);
    expect(out).toHaveLength(8);
    out.length = 0;
    end.input(segment(CMD_ACK, 1, { ts: 0 }));
    world.runSync(0);
    expect(out).toHaveLength(0);
    end.input(segment(CMD_ACK, 2, { ts: 0 }));
    world.runSync(0);
    expect(out.flat().map((s) => s.sn)).toEqual([0]);
    expect(end.counters.FastRetransSegs).toBe(1);
    end.input(join(segment(CMD_ACK, 3, { ts: 0 }), segment(CMD_ACK, 4, { ts: 0 })));
    world.runSync(0);
    expect(out.flat().map((s) => s.sn)).toEqual([0]);
  });

  it('does not count ACKs of transmissions before a segment was sent again', () => {
    const { world, end, out } = collect({ sndWnd: 8, resend: 2 });
    end.write(noise(1306 * 5));
    end.turnSoon();
    world.runSync(1);
    world.runSync(400);
    const timeouts = end.counters.LostSegs;
    expect(timeouts).toBeGreaterThan(0);
    out.length = 0;
    // ACKs that carry the first transmission's ts say nothing about the later one of sn 0.
    end.input(
      join(segment(CMD_ACK, 1, { ts: 0 }), segment(CMD_ACK, 2, { ts: 0 }), segment(CMD_ACK, 3, { ts: 0 })),
    );
    world.runSync(0);
    expect(end.counters.FastRetransSegs).toBe(0);
    end.input(join(segment(CMD_ACK, 3, { ts: 401 }), segment(CMD_ACK, 4, { ts: 401 })));
    world.runSync(0);
    expect(end.counters.FastRetransSegs).toBe(1);
    expect(out.flat().map((s) => s.sn)).toEqual([0]);
  });
});

describe('sequence numbers around 2^31 and 2^32', () => {
  it.each([-20, 0x7fffffff - 20])('go on from %i', (first) => {
    const mss = 100;
    const kernel = createKernel('plain');
    const send = new SendWindow(64, mss, 6400, 2, kernel);
    send.una = send.nxt = send.end = first;
    const got: number[] = [];
    const reader = { readable: () => true, take: (offset: number) => void got.push(kernel.bytes[offset]) };
    const receive = new ReceiveWindow(64, kernel, first);
    const data = noise(mss * 40);
    const from = kernel.arena.alloc(data.length);
    kernel.bytes.set(data, from);
    send.write(from, data.length);
    for (let i = 0; i < 40; i++) {
      send.sent(send.nxt & send.mask, 0, 100, Due.No);
      send.nxt = (send.nxt + 1) | 0;
    }
    // every second segment first, then the others
    for (const odd of [1, 0]) {
      for (let i = odd; i < 40; i += 2) {
        const sn = (first + i) | 0;
        expect(receive.accepts(sn)).toBe(true);
        expect(receive.push(sn, send.data[sn & send.mask], mss, reader)).toBe(Pushed.Taken);
        receive.drain(reader);
      }
    }
    expect(got).toEqual(Array.from({ length: 40 }, (_, i) => data[i * mss]));
    for (let i = 39; i >= 0; i--) send.acknowledge((first + i) | 0, 0);
    expect(send.waiting).toBe(0);
  });
});

describe('memory for segments', () => {
  const reader = { readable: () => true, take: () => {} };
  const deaf = { readable: () => false, take: () => {} };

  it('goes back whatever is in the windows', () => {
    const kernel = createKernel('plain');
    const send = new SendWindow(64, 100, 6400, 2, kernel);
    send.write(16, 3000);
    const receive = new ReceiveWindow(64, kernel);
    for (const sn of [1, 2, 5]) receive.push(sn, 16, 10, reader);
    expect(kernel.pages.used).toBeGreaterThan(3000);
    send.dispose();
    receive.dispose();
    expect(kernel.pages.used).toBe(0);
  });

  it('is as much as the bytes need, and nothing before there are any', () => {
    const kernel = createKernel('plain');
    const receive = new ReceiveWindow(1024, kernel);
    expect(kernel.pages.used).toBe(0);
    for (let sn = 1; sn <= 512; sn++) receive.push(sn, 16, 1, reader);
    expect(kernel.pages.used).toBeLessThanOrEqual(512 * 16 + 4096);
    const send = new SendWindow(1024, 1300, 65_536, 2, kernel);
    const before = kernel.pages.used;
    for (let i = 0; i < 30; i++) {
      send.write(16, 1);
      send.sent(send.nxt & send.mask, 0, 100, Due.No);
      send.nxt = (send.nxt + 1) | 0;
    }
    expect(kernel.pages.used - before).toBeLessThanOrEqual(512);
  });

  it('is had by a peer as far as the window goes, of whatever size its segments are', () => {
    const kernel = createKernel('plain');
    const receive = new ReceiveWindow(128, kernel);
    for (let sn = 1; receive.accepts(sn); sn++) receive.push(sn, 16, 1476, deaf);
    for (let sn = 0; receive.accepts(sn); sn++) receive.push(sn, 16, 1476, deaf);
    expect(receive.queued).toBeGreaterThanOrEqual(128);
    expect(kernel.pages.used).toBeLessThanOrEqual(128 * 2048 + 4096);
  });

  it('is shared: a thousand that take all they can and give nothing back leave the next enough to go on', () => {
    const kernel = createKernel('plain');
    const fill = (): number => {
      const before = kernel.pages.used;
      const receive = new ReceiveWindow(65_535, kernel);
      for (let sn = 1; receive.push(sn, 16, 1300, reader) === Pushed.Taken;) sn++;
      return kernel.pages.used - before;
    };
    expect(fill()).toBeLessThanOrEqual(kernel.pages.size / 3);
    for (let i = 0; i < 1000; i++) expect(fill()).toBeGreaterThanOrEqual(SURE);
    const send = new SendWindow(1024, 1300, 65_536, 2, kernel);
    expect(send.fits(8192)).toBe(true);
    expect(send.fits(65_536)).toBe(false);
  });

  it('is shared evenly where all give back in time', () => {
    const kernel = createKernel('plain');
    const windows = Array.from({ length: 200 }, () => new SendWindow(4096, 1300, 65_536, 2, kernel));
    const waited = windows.map(() => 0);
    const random = seededRandom(1);
    for (let turn = 0; turn < 40_000; turn++) {
      // a part of what waits is acknowledged, and as much is written as goes
      const i = Math.floor(random() * windows.length);
      const send = windows[i];
      send.nxt = send.end;
      send.acknowledgeBelow((send.una + Math.ceil(random() * send.waiting)) | 0);
      while (send.waiting < send.size && send.fits(8192)) send.write(16, 8192);
      if (turn >= 10_000) waited[i] += send.waiting;
    }
    expect(Math.max(...waited) / Math.min(...waited)).toBeLessThan(2);
    expect(kernel.pages.used).toBeGreaterThan(kernel.pages.size / 2);
  });

  it('that runs out lets a write wait, and a segment be lost without an ACK', () => {
    const kernel = createKernel('plain');
    while (kernel.pages.lend(false) >= 0);
    const send = new SendWindow(64, 1300, 6400, 2, kernel);
    expect(send.fits(1300)).toBe(false);
    const counters = zeroCounters();
    const out: Segment[] = [];
    const output = {
      ready: () => true,
      begin: () => 4096,
      commit: (length: number) => void out.push(...segments(kernel.bytes.slice(4096, 4096 + length))),
    };
    const kcp = new Kcp(kcpOptions(), kcpOptions(), output, reader, counters, kernel);
    const datagram = join(segment(CMD_PUSH, 1, { data: noise(5) }), segment(CMD_PUSH, 0, { data: noise(5) }));
    kernel.bytes.set(datagram, 64);
    kcp.input(64, datagram.length, 0, false);
    kcp.flush(1);
    expect(out.map(({ cmd, sn, una }) => [cmd, sn, una])).toEqual([[CMD_ACK, 0, 1]]);
    expect(counters.InErrs).toBe(1);
    expect(kcp.writable(0)).toBe(false);
    // it tries again by itself, as nothing is in flight that an ACK would come for
    expect(kcp.nextFlush(1)).toBeLessThan(Infinity);
    expect(kcp.nextFlush(1)).toBe(Infinity);
  });
});

describe('what Kcp refuses', () => {
  const make = (): KcpEnd => new KcpEnd(new Simulation(1));

  it.each([
    ['a short datagram', new Uint8Array(10)],
    ['another conversation', segment(CMD_PUSH, 0).fill(9, 0, 4)],
    ['an unknown command', segment(80, 0)],
    ['a length past the end', segment(CMD_PUSH, 0, { data: noise(5) }).subarray(0, 27)],
  ])('%s', (_name, datagram) => {
    const end = make();
    expect(end.input(new Uint8Array(datagram))).toBe(false);
    expect(end.counters.KCPInErrors).toBe(1);
    expect(end.receivedBytes).toBe(0);
  });

  it('segments beyond the window, ACKs and una of what was never sent', () => {
    const end = make();
    end.input(segment(CMD_PUSH, 512, { data: noise(5) }));
    end.input(segment(CMD_ACK, 5));
    end.input(segment(CMD_WINS, 0, { una: 77 }));
    expect(end.kcp.receive.queued).toBe(0);
    expect(end.kcp.send.una).toBe(0);
  });

  it('the rest of a datagram whose data ended the session', () => {
    const kernel = createKernel('plain');
    const taken: number[] = [];
    const reader = {
      readable: () => true,
      take: (_offset: number, length: number) => {
        taken.push(length);
        kcp.dispose();
      },
    };
    const output = { ready: () => true, begin: () => 0, commit: () => {} };
    const kcp = new Kcp(kcpOptions(), kcpOptions(), output, reader, zeroCounters(), kernel);
    const push = (sn: number): Uint8Array => segment(CMD_PUSH, sn, { data: noise(5) });
    const datagram = join(push(0), push(1), push(3));
    const at = kernel.arena.alloc(datagram.length);
    kernel.bytes.set(datagram, at);
    kcp.input(at, datagram.length, 0, false);
    expect(taken).toEqual([5]);
    expect(kcp.receive.nxt).toBe(1);
  });

  it('counts a segment that came twice', () => {
    const end = make();
    end.input(segment(CMD_PUSH, 0, { data: noise(5) }));
    end.input(segment(CMD_PUSH, 0, { data: noise(5) }));
    end.input(segment(CMD_PUSH, 3, { data: noise(5) }));
    end.input(segment(CMD_PUSH, 3, { data: noise(5) }));
    expect(end.counters.RepeatSegs).toBe(2);
    expect(end.receivedBytes).toBe(5);
  });
});
