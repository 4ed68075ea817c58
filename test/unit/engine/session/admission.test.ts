import { afterEach, describe, expect, it } from 'vitest';
import { zeroCounters } from '../../../../shared/counters.ts';
import { type ClientOptions, defaultOptions, type ServerOptions } from '../../../../shared/options.ts';
import { CMD_PUSH } from '../../../../src-main/engine/kcp/segment.ts';
import { networkOf } from '../../../../src-main/engine/session/admission.ts';
import { engineContext } from '../../../../src-main/engine/session/context.ts';
import { dial } from '../../../../src-main/engine/session/dial.ts';
import { listen, type Listening } from '../../../../src-main/engine/session/listen.ts';
import { Openings } from '../../../../src-main/engine/session/openings.ts';
import type { KcpSession } from '../../../../src-main/engine/session/session.ts';
import { collect } from '../../../support/collect.ts';
import { IDENTIFIER, NOP, push, RawPeer, SYN } from '../../../support/raw-peer.ts';
import { datagramOf } from '../../../support/segments.ts';
import { Simulation } from '../../../support/simulation.ts';
import { SimulatedNetwork } from '../../../support/simulated-network.ts';

const PORT = 29_900;
const RESPONSE = new Uint8Array(4_000_000);

const open: { close(): void }[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each.close();
});

type Options = Partial<ClientOptions & ServerOptions>;

/** A server that answers each request, of any length, with 4 MB; what it is asked is its target's work. */
class Server {
  readonly counters = zeroCounters();
  readonly context;
  readonly sessions: KcpSession[] = [];
  readonly ended: string[] = [];
  requests = 0;
  listening!: Listening;

  constructor(
    readonly network: SimulatedNetwork,
    options: Options,
  ) {
    const all = { ...defaultOptions('server'), ...options };
    this.context = engineContext(all, network.world, this.counters);
  }

  async start(port: number): Promise<this> {
    const local = { host: '', minPort: port, maxPort: port };
    this.listening = await listen(this.context, local, this.network, (session) => {
      this.sessions.push(session);
      session.onClose = ({ code }) => this.ended.push(`${session.conv} ${code}`);
      session.onStream = (stream) => {
        stream.onData = (chunk) => {
          this.requests++;
          stream.consumed(chunk.length);
          stream.write(RESPONSE);
        };
      };
    });
    open.push(this.listening);
    return this;
  }
}

async function scene(options: Options = {}, seed = 7) {
  const world = new Simulation(seed);
  const network = new SimulatedNetwork(world);
  const server = await new Server(network, options).start(PORT);
  const client = async (port = PORT): Promise<KcpSession> => {
    const all = { ...defaultOptions('client'), ...options };
    const context = engineContext(all, world, zeroCounters());
    const remote = { host: '10.0.0.2', minPort: port, maxPort: port };
    const session = await dial(context, remote, network);
    open.push(session);
    return session;
  };
  return { world, network, server, client };
}

/** What a client has sent until it had the first bytes of an answer: heard on the way, and not understood. */
async function capture(options: Options = {}): Promise<Uint8Array[]> {
  const { world, network, client } = await scene(options, 8);
  network.record = true;
  const session = await client();
  await world.run(200);
  let answered = 0;
  const stream = session.mux.open();
  stream.onData = (chunk) => (answered += chunk.length);
  stream.write(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
  await world.run(1_000, () => answered > 0);
  expect(answered).toBeGreaterThan(0);
  return network.sent.filter(({ to }) => to === PORT).map(({ data }) => data);
}

describe('a recording of another session', () => {
  it.each([
    {},
    { crypt: 'none' },
    { crypt: 'null', nocomp: true },
    { crypt: 'aes-128-gcm', smuxver: 1 },
  ] as Options[])(
    'is answered with no more than three times its bytes, and asks nothing of the target: %j',
    async (options) => {
      const datagrams = await capture(options);
      const { world, network, server } = await scene(options);
      const peer = new RawPeer(network, 50_000, PORT);
      peer.raw(datagrams[0]);
      await world.run(60_000);
      expect(peer.received.length).toBeLessThanOrEqual(4);
      expect(peer.bytesIn).toBeLessThanOrEqual(3 * peer.bytesOut);
      const other = new RawPeer(network, 50_001, PORT);
      // another server: this one has seen the first of them
      const again = await new Server(network, options).start(PORT + 1);
      const elsewhere = new RawPeer(network, 50_002, PORT + 1);
      for (const datagram of datagrams) {
        other.raw(datagram);
        elsewhere.raw(datagram);
        await world.run(20);
      }
      await world.run(60_000);
      expect(other.received).toEqual([]);
      expect(elsewhere.received.length).toBeGreaterThan(0);
      expect(elsewhere.bytesIn).toBeLessThanOrEqual(3 * elsewhere.bytesOut);
      expect([server.requests, again.requests]).toEqual([0, 0]);
      expect([server.counters.CurrEstab, again.counters.CurrEstab]).toEqual([0, 0]);
      expect(server.listening.refusals.replayed).toBeGreaterThan(0);
      expect(server.counters.InErrs).toBe(server.listening.refusals.replayed);
    },
  );

  it('opens one session at most, from however many ports', async () => {
    const datagrams = await capture();
    const { world, network, server } = await scene();
    for (let port = 0; port < 280; port++) new RawPeer(network, 50_000 + port, PORT).raw(...datagrams);
    await world.run(1_000);
    expect(server.sessions).toHaveLength(1);
    expect(server.listening.refusals.replayed).toBeGreaterThanOrEqual(279);
    expect(server.requests).toBe(0);
    await world.run(60_000);
    expect(server.ended).toHaveLength(1);
    expect(world.pending).toBe(0);
  });
});

describe('who begins anew from the address of a session', () => {
  it('replaces it only by an answer, and lives beside it until then', async () => {
    const { world, network, server } = await scene({ crypt: 'null' });
    const peer = new RawPeer(network, 50_000, PORT);
    for (const conv of [1, 2]) {
      peer.send({ conv, cmd: CMD_PUSH, data: IDENTIFIER });
      await world.run(100);
      expect(server.counters.CurrEstab).toBe(1 - (2 - conv));
      if (conv === 1) {
        peer.answer(1);
        await world.run(100);
        expect(server.counters.CurrEstab).toBe(1);
      }
    }
    expect(server.ended).toEqual([]);
    // the first is heard as before
    const before = peer.received.length;
    peer.send({ conv: 1, cmd: CMD_PUSH, sn: 1, data: IDENTIFIER });
    await world.run(100);
    expect(peer.received.length).toBe(before + 1);
    peer.answer(2);
    await world.run(100);
    expect(server.ended).toEqual(['1 peer-closed']);
    expect(server.counters.CurrEstab).toBe(1);
  });

  it('cannot freeze it with recordings', async () => {
    const old = await capture();
    const { world, network, server, client } = await scene();
    network.record = true;
    const session = await client();
    await world.run(500);
    const port = network.sent[0].from;
    let got = 0;
    const ask = (): void => {
      const stream = session.mux.open();
      stream.onData = (chunk) => {
        got += chunk.length;
        stream.consumed(chunk.length);
      };
      stream.write(Uint8Array.of(1));
    };
    ask();
    for (let i = 0; i < 5; i++) {
      network.inject(port, PORT, old[0]);
      await world.run(200);
    }
    ask();
    const asked = world.now();
    await world.run(30_000, () => got >= 2 * RESPONSE.length);
    expect(got).toBe(2 * RESPONSE.length);
    expect(world.now() - asked).toBeLessThan(3_000);
    expect(server.counters.CurrEstab).toBe(1);
    expect(session.state).toBe('up');
  });
});

describe('sessions on trial', () => {
  const opening = (conv: number): Uint8Array => datagramOf({ conv, cmd: CMD_PUSH, data: IDENTIFIER });

  it('are bounded, make way for newer ones, and leave room for who is honest', async () => {
    const { world, network, server, client } = await scene({ crypt: 'null' });
    for (let conv = 1; conv <= 10_000; conv++) {
      network.inject(1_000 + conv, PORT, opening(conv));
      if (conv % 100 === 0) await world.run(1);
    }
    expect(server.sessions).toHaveLength(10_000);
    expect(server.sessions.filter(({ closed }) => !closed)).toHaveLength(256);
    expect(server.listening.refusals.crowded).toBe(10_000 - 256);
    for (let address = 1; address <= 40; address++) {
      for (let conv = 1; conv <= 100; conv++) {
        network.injectFrom(`10.1.0.${address}`, conv, PORT, opening(address * 100_000 + conv));
      }
      await world.run(1);
    }
    expect(server.sessions.filter(({ closed }) => !closed)).toHaveLength(1024);
    // they keep coming, and an honest client comes up all the same
    const session = await client();
    for (let conv = 1; conv <= 500; conv++) {
      network.injectFrom('10.1.0.3', 1_000 + conv, PORT, opening(conv << 8));
      await world.run(1);
    }
    expect(session.state).toBe('up');
    expect(server.counters.CurrEstab).toBe(1);
    session.close();
    await world.run(61_000);
    expect(server.sessions.filter(({ closed }) => !closed)).toEqual([]);
  });

  it('take less than 8 KB each, and give it back', async () => {
    const { world, network, server } = await scene({ crypt: 'null' });
    const { pages } = server.context.pool.kernel;
    const used = (): number => {
      collect();
      collect();
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external + pages.used;
    };
    const fill = async (from: number): Promise<void> => {
      for (let n = 0; n < 1024; n++) {
        network.injectFrom(`10.1.${n >> 8}.1`, 1 + (n & 255), PORT, opening(from + n));
        if (n % 64 === 0) await world.run(1);
      }
      await world.run(100);
    };
    await fill(1);
    server.listening.close();
    server.sessions.length = server.ended.length = 0;
    const again = await new Server(network, { crypt: 'null' }).start(PORT);
    await world.run(61_000);
    const before = used();
    await fill(10_000);
    expect(again.sessions.filter(({ closed }) => !closed)).toHaveLength(1024);
    expect((used() - before) / 1024).toBeLessThan(8192);
    await world.run(61_000);
    expect(again.sessions.filter(({ closed }) => !closed)).toEqual([]);
    again.sessions.length = again.ended.length = 0;
    expect(used() - before).toBeLessThan(1024 * 1024);
  });

  it('are held of no more than a first window', async () => {
    const { world, network, server } = await scene({ crypt: 'null', nocomp: true });
    const peer = new RawPeer(network, 50_000, PORT);
    peer.send({ conv: 1, cmd: CMD_PUSH, data: Buffer.concat([NOP, SYN]) });
    const block = push(new Uint8Array(1_300));
    for (let sn = 1; sn <= 200; sn++) peer.send({ conv: 1, cmd: CMD_PUSH, sn, data: block });
    await world.run(100);
    const { refusals } = server.listening;
    expect(refusals.overfull).toBeGreaterThan(90);
    expect(refusals.overfull).toBeLessThan(200 - 2 * 32);
    const { rcvQueue } = server.sessions[0].snapshot();
    expect(rcvQueue).toBeGreaterThanOrEqual(32);
    expect(rcvQueue).toBeLessThanOrEqual(201 - refusals.overfull);
    expect(server.requests).toBe(0);
    // full as it is, its answer is heard, and what it did not take is sent again
    peer.answer(1);
    await world.run(100);
    expect(server.requests).toBeGreaterThan(0);
    expect(server.sessions[0].state).toBe('up');
    expect(server.sessions[0].snapshot().rcvQueue).toBe(0);
  });
});

describe('an honest client', () => {
  it.each([
    { loss: 0, within: 410 },
    { loss: 0.3, within: 5_000 },
  ])('has its first answer as soon as ever: loss $loss', async ({ loss, within }) => {
    const { world, network, client } = await scene();
    Object.assign(network.conditions, { loss, delay: 50 });
    const times: number[] = [];
    for (let i = 0; i < 20; i++) {
      const session = await client();
      const began = world.now();
      let first = 0;
      await world.run(10_000, () => session.state === 'up');
      const stream = session.mux.open();
      stream.onData = (chunk) => {
        first ||= world.now();
        stream.consumed(chunk.length);
      };
      stream.write(Uint8Array.of(1));
      await world.run(10_000, () => first > 0);
      times.push(first - began);
      session.close();
    }
    times.sort((a, b) => a - b);
    expect(times.at(-1)).toBeLessThan(within);
  });
});

describe('the openings that were seen', () => {
  it('are known for the whole span, and few', () => {
    const world = new Simulation(1);
    const openings = new Openings(world, 30_000);
    const wait = (ms: number): void => {
      world.after(ms, () => {});
      world.runSync(ms);
    };
    wait(20_000);
    expect(openings.add(-1)).toBe(true);
    wait(29_000);
    expect(openings.add(-1)).toBe(false);
    wait(31_000);
    openings.add(-2);
    expect(openings.add(-2)).toBe(false);
    wait(31_000);
    expect(openings.add(-1)).toBe(true);
    for (let i = 0; i < 20_000; i++) openings.add(i);
    expect(openings.size).toBeLessThanOrEqual(8192);
  });
});

describe('what counts as one address', () => {
  it.each([
    ['10.0.0.1', '10.0.0.1'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8::6', '2001:db8:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['::1', '0:0:0:0'],
  ])('%s is in %s', (address, network) => expect(networkOf(address)).toBe(network));
});
