import { describe, expect, it } from 'vitest';
import { BLOCK_BYTES } from '../../../../src-main/engine/smux/blocks.ts';
import { seededRandom } from '../../../support/random.ts';
import { Collector, SmuxLink, smuxSide } from '../../../support/smux-link.ts';
import { Simulation } from '../../../support/simulation.ts';

const VERSIONS = [1, 2] as const;

function randomBytes(length: number, seed = 7): Buffer {
  const bytes = Buffer.alloc(length);
  new Simulation(seed).randomFill(bytes);
  return bytes;
}

/** The frames of a wire, as `cmd:id:length`. */
function frames(wire: Buffer): string[] {
  const names = ['SYN', 'FIN', 'PSH', 'NOP', 'UPD'];
  const list: string[] = [];
  for (let at = 0; at < wire.length;) {
    const length = wire.readUInt16LE(at + 2);
    list.push(`${names[wire[at + 1]]}:${wire.readUInt32LE(at + 4)}:${length}`);
    at += 8 + length;
  }
  return list;
}

describe.each(VERSIONS)('smux %i', (version) => {
  it('writes SYN, data and FIN as they stand in the protocol', () => {
    const { session, sink } = smuxSide(version, undefined, { role: 'client' });
    const stream = session.open();
    stream.write(Buffer.from('ab'));
    stream.end();
    session.pump(sink);
    const v = `0${version}`;
    expect(sink.take().toString('hex')).toBe(`${v}00000003000000${v}020200030000006162${v}01000003000000`);
    expect(session.open().id).toBe(5);
    session.close();
  });

  it('carries both directions intact over any cuts, and ends on both sides', () => {
    const random = seededRandom(version);
    const link = new SmuxLink(version, undefined, { frameSize: 1000 }, () => Math.floor(random() * 3000));
    const up = randomBytes(700_001, 1);
    const down = randomBytes(300_017, 2);
    const ends: (Error | undefined)[] = [];

    const stream = link.client.session.open();
    const atClient = new Collector(stream);
    stream.onClose = (reason) => void ends.push(reason);
    link.settle();
    const [accepted] = link.server.accepted;
    const atServer = new Collector(accepted);
    for (let at = 0; at < up.length; at += 33_333) stream.write(up.subarray(at, at + 33_333));
    stream.end();
    accepted.onClose = (reason) => void ends.push(reason);
    accepted.write(down);
    link.settle();
    expect(ends).toEqual([]);
    accepted.end();
    link.settle();

    expect(atServer.bytes.equals(up)).toBe(true);
    expect(atClient.bytes.equals(down)).toBe(true);
    expect([atServer.ended, atClient.ended]).toEqual([true, true]);
    expect(ends).toEqual([undefined, undefined]);
    expect([link.client.session.streams, link.server.session.streams]).toEqual([0, 0]);
    expect([stream.written, stream.received]).toEqual([up.length, down.length]);
    link.close();
  });

  it('delivers what one turn brought together, in blocks', () => {
    const link = new SmuxLink(version);
    const stream = link.client.session.open();
    link.settle();
    const pieces: [number, boolean][] = [];
    link.server.accepted[0].onData = (chunk, last) => pieces.push([chunk.length, last]);
    stream.write(randomBytes(2 * BLOCK_BYTES + 10_000));
    link.settle();
    stream.write(randomBytes(100));
    link.settle();
    expect(pieces).toEqual([
      [BLOCK_BYTES, false],
      [BLOCK_BYTES, false],
      [10_000, true],
      [100, true],
    ]);
    link.close();
  });

  it('serves streams in turn, control frames first, FIN behind the data', () => {
    const { session, sink } = smuxSide(version, undefined, { role: 'client', frameSize: 100 });
    const [a, b, c] = [session.open(), session.open(), session.open()];
    a.write(Buffer.alloc(250));
    b.write(Buffer.alloc(80));
    b.end();
    c.end();
    session.pump(sink);
    expect(frames(sink.take())).toEqual([
      ...['SYN:3:0', 'SYN:5:0', 'SYN:7:0'],
      ...['PSH:3:100', 'PSH:5:80', 'FIN:7:0'],
      ...['PSH:3:100', 'FIN:5:0'],
      'PSH:3:50',
    ]);
    session.close();
  });

  it('joins small writes in one frame', () => {
    const { session, sink } = smuxSide(version, undefined, { role: 'client', frameSize: 100 });
    const stream = session.open();
    for (let i = 0; i < 30; i++) stream.write(Buffer.alloc(5, i));
    session.pump(sink);
    expect(frames(sink.take())).toEqual(['SYN:3:0', 'PSH:3:100', 'PSH:3:50']);
    session.close();
  });

  it('writes only while the sink takes frames, and says once that frames wait', () => {
    const side = smuxSide(version, undefined, { role: 'client', frameSize: 100 });
    const stream = side.session.open();
    stream.write(Buffer.alloc(1000));
    expect(side.pendings).toBe(1);
    side.sink.limit = 300;
    side.session.pump(side.sink);
    expect(frames(side.sink.take())).toEqual(['SYN:3:0', 'PSH:3:100', 'PSH:3:100', 'PSH:3:100']);
    expect(side.session.pending).toBe(true);
    stream.write(Buffer.alloc(10));
    expect(side.pendings).toBe(1);
    side.sink.limit = Infinity;
    side.session.pump(side.sink);
    expect(side.session.pending).toBe(false);
    stream.write(Buffer.alloc(10));
    expect(side.pendings).toBe(2);
    side.session.close();
  });

  it('holds the writer back at its limit and calls it when there is room', () => {
    const { session, sink } = smuxSide(version, undefined, { role: 'client' });
    const stream = session.open();
    const limit = 128 * 1024;
    let drains = 0;
    stream.onDrain = () => void drains++;
    expect(stream.write(Buffer.alloc(limit - 1))).toBe(true);
    expect(stream.write(Buffer.alloc(1))).toBe(false);
    sink.limit = limit / 4;
    session.pump(sink);
    expect(drains).toBe(0);
    sink.limit = Infinity;
    session.pump(sink);
    expect(drains).toBe(1);
    expect(stream.pending).toBe(0);
    while (session.streams < 1000) session.open();
    expect(stream.write(Buffer.alloc(16 * 1024))).toBe(false);
    session.close();
  });

  it('stops reading at the receive buffer, and resumes when the reader has caught up', () => {
    const link = new SmuxLink(version, undefined, { receiveBuffer: 100_000, frameSize: 1000 });
    const [slow, other] = [link.client.session.open(), link.client.session.open()];
    link.settle();
    const [atSlow, atOther] = link.server.accepted.map((stream) => new Collector(stream, true));
    slow.write(randomBytes(90_000));
    other.write(randomBytes(40_000));
    link.settle();
    expect(link.server.session.readable).toBe(false);
    expect(link.server.session.unread).toBeLessThan(100_000 + 1300);
    expect(link.server.resumes).toBe(0);

    atOther.release();
    expect(link.server.session.readable).toBe(true);
    expect(link.server.resumes).toBe(1);
    link.settle();
    expect(atOther.bytes).toHaveLength(40_000);
    atSlow.release();
    expect(atSlow.bytes).toHaveLength(90_000);
    expect(link.server.session.unread).toBe(0);
    link.close();
  });

  it('forgets the unread bytes of a destroyed stream', () => {
    const link = new SmuxLink(version, undefined, { receiveBuffer: 50_000 });
    const stream = link.client.session.open();
    link.settle();
    const held = new Collector(link.server.accepted[0], true);
    stream.write(randomBytes(80_000));
    link.settle();
    expect(link.server.session.readable).toBe(false);
    held.stream.destroy();
    expect(link.server.session.unread).toBe(0);
    expect(link.server.resumes).toBe(1);
    held.release();
    expect(link.server.session.unread).toBe(0);
    link.settle();
    expect(link.server.session.streams).toBe(0);
    link.close();
  });

  it('sends what was written before a destroy, then FIN, and drops what still comes', () => {
    const link = new SmuxLink(version);
    const stream = link.client.session.open();
    link.settle();
    const atServer = new Collector(link.server.accepted[0]);
    atServer.stream.write(randomBytes(1000));
    stream.onData = () => expect.unreachable();
    stream.write(randomBytes(60_000));
    stream.destroy();
    link.settle();
    expect(atServer.bytes).toHaveLength(60_000);
    expect(atServer.ended).toBe(true);
    expect(link.client.session.streams).toBe(0);
    expect(link.client.session.unread).toBe(0);
    link.close();
  });

  it('drops what a destroyed stream has left when the peer has ended, or after the linger time', () => {
    const link = new SmuxLink(version);
    link.client.sink.limit = 0;
    const [first, second] = [link.client.session.open(), link.client.session.open()];
    link.client.sink.limit = 16;
    link.settle();
    link.client.sink.limit = 0;
    for (const stream of [first, second]) {
      stream.write(randomBytes(10_000));
      stream.destroy();
    }
    link.server.accepted[0].end();
    link.settle();
    expect([first.pending, second.pending]).toEqual([0, 10_000]);
    link.world.advance(30_000);
    expect(second.pending).toBe(0);
    link.client.sink.limit = Infinity;
    link.client.session.pump(link.client.sink);
    expect(frames(link.client.sink.take())).toEqual(['FIN:3:0', 'FIN:5:0']);
    expect(link.client.session.streams).toBe(0);
    link.close();
    expect(link.world.pending).toBe(0);
  });

  it('drops data for unknown streams and streams nobody asked for', () => {
    const { session, closed } = smuxSide(version, undefined, { role: 'client' });
    session.input(Buffer.from([version, 2, 3, 0, 9, 0, 0, 0, 1, 2, 3, version, 1, 0, 0, 9, 0, 0, 0]), 0, 19);
    session.flush();
    expect(closed).toBeUndefined();
    expect(session.unread).toBe(0);
    session.close();
  });

  it('keeps alive: a NOP at every interval, and an end when nothing is heard', () => {
    const world = new Simulation();
    const tuning = { keepAliveMs: 10_000, keepAliveTimeoutMs: 30_000 };
    const quiet = smuxSide(version, world, tuning);
    world.advance(9_999);
    expect(quiet.pendings).toBe(0);
    world.advance(1);
    quiet.session.pump(quiet.sink);
    expect(frames(quiet.sink.take())).toEqual(['NOP:0:0']);
    world.advance(19_999);
    expect(quiet.closed).toBeUndefined();
    world.advance(1);
    expect(quiet.closed).toMatchObject({
      code: 'keepalive-timeout',
      message: 'nothing was received for 30 s',
    });
    expect(world.pending).toBe(0);

    const link = new SmuxLink(version, world, tuning);
    for (let second = 0; second < 300; second++) {
      world.advance(1000);
      link.settle();
    }
    expect([link.client.closed, link.server.closed]).toEqual([undefined, undefined]);
    link.close();
    expect(world.pending).toBe(0);
  });

  it('does not take its own pause for silence', () => {
    const world = new Simulation();
    const link = new SmuxLink(version, world, { receiveBuffer: 1000, keepAliveTimeoutMs: 30_000 });
    const stream = link.client.session.open();
    link.settle();
    const held = new Collector(link.server.accepted[0], true);
    stream.write(randomBytes(2000));
    link.settle();
    world.advance(100_000);
    expect(link.server.closed).toBeUndefined();
    held.release();
    world.advance(29_000);
    expect(link.server.closed).toBeUndefined();
    world.advance(4_000);
    expect(link.server.closed).toMatchObject({ code: 'keepalive-timeout' });
    link.close();
  });

  it('pings when asked', () => {
    const side = smuxSide(version);
    side.session.ping();
    side.session.ping();
    expect(side.pendings).toBe(1);
    side.session.pump(side.sink);
    expect(frames(side.sink.take())).toEqual(['NOP:0:0']);
    side.session.close();
  });

  it('ends every stream with the reason when it closes, after what had arrived', () => {
    const link = new SmuxLink(version);
    const stream = link.client.session.open();
    stream.write(Buffer.from('last words'));
    link.client.session.pump(link.client.sink);
    const wire = Buffer.concat([link.client.sink.take(), Buffer.from('?!')]);
    const told: string[] = [];
    const server = smuxSide(version);
    server.session.input(wire, 0, 8);
    const accepted = server.accepted[0];
    accepted.onData = (chunk) => void told.push(Buffer.from(chunk).toString());
    accepted.onClose = (reason) => void told.push(reason?.code ?? '');
    server.session.input(wire, 8, wire.length - 8);
    expect(told).toEqual(['last words', 'smux-version']);
    expect(server.closed?.code).toBe('smux-version');
    expect(server.session.closed).toBe(true);
    expect(accepted.write(Buffer.alloc(10))).toBe(true);
    accepted.destroy();
    server.session.flush();
    expect(told).toHaveLength(2);
    expect(() => server.session.open()).toThrow('closed');
    link.close();
  });

  it('ends the call of a stream once', () => {
    const link = new SmuxLink(version);
    const stream = link.client.session.open();
    link.settle();
    let ends = 0;
    stream.onClose = () => void ends++;
    stream.end();
    link.settle();
    link.server.accepted[0].end();
    link.settle();
    link.close();
    expect(ends).toBe(1);
  });
});

describe('smux 2 flow control', () => {
  it('reports before the window that the peer knows is used up, however much larger the next may be', () => {
    const link = new SmuxLink(2);
    link.client.session.limitAhead(32 * 1024);
    const stream = link.client.session.open();
    const atClient = new Collector(stream);
    stream.write(Buffer.of(1));
    link.settle();
    const [accepted] = link.server.accepted;
    accepted.write(Buffer.alloc(300_000));
    link.settle();
    link.client.session.limitAhead(Infinity);
    accepted.write(Buffer.alloc(300_000));
    link.settle();
    expect(atClient.bytes.length).toBe(600_000);
    link.client.session.close();
  });

  it('sends the initial window and no more until the reader has read', () => {
    const link = new SmuxLink(2);
    const stream = link.client.session.open();
    link.settle();
    const held = new Collector(link.server.accepted[0], true);
    for (let i = 0; i < 10; i++) stream.write(randomBytes(100_000, i));
    link.settle();
    expect(held.bytes).toHaveLength(262_144);
    expect(link.client.session.pending).toBe(false);

    // the first read opens the window to streambuf
    held.hold = true;
    held.stream.consumed(1);
    link.settle();
    expect(held.bytes).toHaveLength(1_000_000);
    link.close();
  });

  it('tells what was consumed after the first read and at each half of the buffer', () => {
    const link = new SmuxLink(2, undefined, { streamBuffer: 10_000 });
    const stream = link.client.session.open();
    link.settle();
    const held = new Collector(link.server.accepted[0], true);
    stream.write(randomBytes(20_000));
    link.settle();
    const told = (n: number): string[] => {
      held.stream.consumed(n);
      link.server.session.pump(link.server.sink);
      return frames(link.server.sink.take());
    };
    expect(told(10)).toEqual(['UPD:3:8']);
    expect(told(4_999)).toEqual([]);
    expect(told(1)).toEqual(['UPD:3:8']);
    expect(told(4_999)).toEqual([]);
    stream.end();
    link.settle();
    // nobody sends any more: no window to tell
    expect(told(5_000)).toEqual([]);
    link.close();
  });

  it('lets other streams pass one that is not read', () => {
    const link = new SmuxLink(2);
    const [stuck, moving] = [link.client.session.open(), link.client.session.open()];
    link.settle();
    const [atStuck, atMoving] = link.server.accepted;
    const held = new Collector(atStuck, true);
    const read = new Collector(atMoving);
    stuck.write(randomBytes(1_000_000));
    moving.write(randomBytes(3_000_000));
    link.settle();
    expect(held.bytes).toHaveLength(262_144);
    expect(read.bytes).toHaveLength(3_000_000);
    link.close();
  });

  it('goes on past 4 GB, where the totals wrap', () => {
    const { session } = smuxSide(2, undefined, { role: 'client', frameSize: 65535 });
    let written = 0;
    const discard = {
      writable: () => true,
      write: (_bytes: Uint8Array, _from: number, length: number) =>
        void (written += length - 8 * +(length === 8)),
    };
    const stream = session.open();
    session.pump(discard);
    const chunk = Buffer.alloc(200_000);
    const update = Buffer.from('02040800030000000000000000000400', 'hex');
    const total = 2 ** 32 + 10 * chunk.length;
    while (stream.written < total) {
      stream.write(chunk);
      session.pump(discard);
      update.writeUInt32LE(stream.written >>> 0, 8);
      session.input(update, 0, update.length);
    }
    expect(stream.pending).toBe(0);
    expect(written).toBe(stream.written);
    expect(session.closed).toBe(false);
    session.close();
  });

  it('takes a claim to have consumed more than was sent for what it is', () => {
    const side = smuxSide(2, undefined, { role: 'client' });
    const stream = side.session.open();
    stream.write(Buffer.alloc(100));
    side.session.pump(side.sink);
    const update = (consumed: number): void => {
      const frame = Buffer.from('02040800030000000000000000002000', 'hex');
      frame.writeUInt32LE(consumed, 8);
      side.session.input(frame, 0, frame.length);
    };
    update(100);
    expect(side.closed).toBeUndefined();
    update(101);
    expect(side.closed).toMatchObject({ code: 'smux-protocol' });
    expect(side.closed?.message).toContain('stream 3');
  });

  it('refuses a reader that consumes what it never got', () => {
    const side = smuxSide(2);
    const stream = side.session.open();
    expect(() => stream.consumed(1)).toThrow('1 bytes consumed, expected at most 0');
    side.session.close();
  });
});

describe('smux options', () => {
  it.each([
    [{ frameSize: 0 }, 'frameSize is 0, expected a whole number from 1 to 65535'],
    [{ frameSize: 65536 }, 'frameSize is 65536'],
    [{ receiveBuffer: 1.5 }, 'receiveBuffer is 1.5'],
    [{ streamBuffer: -1 }, 'streamBuffer is -1'],
  ])('%j', (tuning, message) => {
    expect(() => smuxSide(1, undefined, tuning)).toThrow(message);
  });
});

describe('a peer that asks for more than is sane', () => {
  const header = (cmd: number, id: number, length = 0): Buffer => {
    const bytes = Buffer.alloc(8);
    bytes.set([2, cmd]);
    bytes.writeUInt16LE(length, 2);
    bytes.writeUInt32LE(id, 4);
    return bytes;
  };

  it('has its session ended at 65,536 streams', () => {
    const side = smuxSide(2);
    const open = (from: number, to: number): void => {
      const syns = Buffer.concat(Array.from({ length: to - from }, (_, i) => header(0, 3 + 2 * (from + i))));
      side.session.input(syns, 0, syns.length);
    };
    open(0, 65_536);
    expect(side.session.streams).toBe(65_536);
    open(65_536, 65_537);
    expect(side.closed?.code).toBe('smux-protocol');
    expect(side.session.streams).toBe(0);
  });

  it('has its bytes handed on before the turn ends, where they are spread over many streams', () => {
    const side = smuxSide(2);
    let chunks = 0;
    side.onAccept = (stream) => (stream.onData = () => chunks++);
    const bytes = Buffer.concat(
      Array.from({ length: 2000 }, (_, i) => {
        const id = 3 + 2 * i;
        return Buffer.concat([header(0, id), header(2, id, 1), Buffer.alloc(1)]);
      }),
    );
    side.session.input(bytes, 0, bytes.length);
    expect(chunks).toBe(1024);
    side.session.flush();
    expect(chunks).toBe(2000);
  });
});
