import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { zeroCounters } from '../../../../shared/counters.ts';
import { CRYPTS } from '../../../../shared/crypts.ts';
import { defaultOptions, type ClientOptions, type ServerOptions } from '../../../../shared/options.ts';
import { PacketBatch } from '../../../../src-main/engine/kernel/batch.ts';
import { dial } from '../../../../src-main/engine/session/dial.ts';
import { type Listening, listen } from '../../../../src-main/engine/session/listen.ts';
import { KcpSession } from '../../../../src-main/engine/session/session.ts';
import { engineContext } from '../../../../src-main/engine/session/context.ts';
import type { Channel } from '../../../../src-main/engine/session/uplink.ts';
import type { SmuxStream } from '../../../../src-main/engine/smux/stream.ts';
import { type LinkConditions, PERFECT, Simulation } from '../../../support/simulation.ts';
import { SimulatedNetwork } from '../../../support/simulated-network.ts';

type Options = Partial<ClientOptions & ServerOptions>;

const REMOTE = { host: '10.0.0.2', minPort: 29900, maxPort: 29900 };

/** A client session and a server whose streams send back what they get. */
async function pair(seed: number, options: Options, conditions: Partial<LinkConditions> = {}) {
  const world = new Simulation(seed);
  const network = new SimulatedNetwork(world, { ...PERFECT, ...conditions });
  const make = (side: 'client' | 'server') =>
    engineContext({ ...defaultOptions(side), ...options } as ClientOptions, world, zeroCounters());
  const client = make('client');
  const server = make('server');
  const accepted: KcpSession[] = [];
  const listening: Listening = await listen(server, { ...REMOTE, host: '' }, network, (session) => {
    accepted.push(session);
    session.onStream = echo;
  });
  const session = await dial(client, REMOTE, network);
  return { world, network, client, server, session, accepted, listening };
}

function echo(stream: SmuxStream): void {
  stream.onData = (chunk) => {
    stream.write(chunk.slice());
    stream.consumed(chunk.length);
  };
  stream.onEnd = () => stream.end();
}

/** Sends, and keeps what comes back: `count` bytes so far. */
function talk(session: KcpSession, data: Uint8Array): { got: () => Buffer; count: () => number } {
  const stream = session.mux.open();
  const parts: Buffer[] = [];
  let count = 0;
  stream.onData = (chunk) => {
    parts.push(Buffer.from(chunk));
    count += chunk.length;
    stream.consumed(chunk.length);
  };
  stream.write(data);
  return { got: () => Buffer.concat(parts), count: () => count };
}

function noise(world: Simulation, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  world.randomFill(bytes);
  return bytes;
}

describe('a session through the simulated network', () => {
  const cases: [string, Options][] = [
    ...CRYPTS.map((crypt): [string, Options] => [`crypt ${crypt}`, { crypt }]),
    ['smux 1', { smuxver: 1 }],
    ['nocomp', { nocomp: true }],
    ['no FEC', { datashard: 0, parityshard: 0 }],
    [
      'FEC 5+5, nocomp, smux 1, xor',
      { datashard: 5, parityshard: 5, nocomp: true, smuxver: 1, crypt: 'xor' },
    ],
    ['FEC 20+10', { datashard: 20, parityshard: 10 }],
    ['the largest frames', { framesize: 65535 }],
    ['small packets', { mtu: 300 }],
    ['manual with a congestion window', { mode: 'manual', nodelay: 1, interval: 20, resend: 2, nc: 0 }],
    ['acknodelay', { acknodelay: true }],
  ];
  it.each(cases)('carries both ways: %s', async (_name, options) => {
    const line = { loss: 0.05, delay: 20, jitter: 5, duplicate: 0.02, reorder: 0.02 };
    const { world, session, listening, client, server } = await pair(11, options, line);
    const data = noise(world, 120_000);
    const text = new TextEncoder().encode('the same words again and again. '.repeat(2000));
    const first = talk(session, data);
    const second = talk(session, text);
    await world.run(120_000, () => first.count() >= data.length && second.count() >= text.length);
    expect(first.got().equals(data)).toBe(true);
    expect(second.got().equals(text)).toBe(true);
    expect(session.state).toBe('up');
    expect(client.counters.InCsumErrors + server.counters.InCsumErrors).toBe(0);
    expect(client.counters.KCPInErrors + server.counters.KCPInErrors).toBe(0);
    session.close();
    listening.close();
    expect(client.counters.CurrEstab).toBe(0);
    await world.run(60_000);
    expect(world.pending).toBe(0);
  });

  it('recovers by FEC what is lost', async () => {
    const { world, session, server, listening } = await pair(
      5,
      { datashard: 10, parityshard: 3 },
      { loss: 0.05, delay: 50 },
    );
    const data = noise(world, 400_000);
    const { count } = talk(session, data);
    await world.run(60_000, () => count() >= data.length);
    expect(server.counters.FECRecovered).toBeGreaterThan(5);
    const seen = session.snapshot();
    expect(seen.shardsExpected! - seen.shardsReceived!).toBeGreaterThan(0);
    session.close();
    listening.close();
  });

  it('opens when only one end sends FEC', async () => {
    const world = new Simulation(2);
    const network = new SimulatedNetwork(world, { ...PERFECT, loss: 0.05, delay: 20 });
    const server = engineContext(defaultOptions('server'), world, zeroCounters());
    const client = engineContext(
      { ...defaultOptions('client'), datashard: 0, parityshard: 0 },
      world,
      zeroCounters(),
    );
    const listening = await listen(
      server,
      { ...REMOTE, host: '' },
      network,
      (session) => (session.onStream = echo),
    );
    const session = await dial(client, REMOTE, network);
    const data = noise(world, 300_000);
    const { got, count } = talk(session, data);
    await world.run(60_000, () => count() >= data.length);
    expect(got().equals(data)).toBe(true);
    // The client learns the shards of the server's FEC from their pattern.
    expect(client.counters.FECRecovered).toBeGreaterThan(0);
    listening.close();
    session.close();
  });

  it.each(['full', 'auto'] as const)('counts the parity it sends: %s', async (parity) => {
    const options = { parity, nocomp: true };
    const { world, session, accepted, server, client, listening } = await pair(5, options, {
      delay: 20,
    });
    const data = noise(world, 2_000_000);
    const { count } = talk(session, data);
    await world.run(60_000, () => count() >= data.length);
    await world.run(1000);
    const { paritySent } = session.snapshot();
    // nothing is lost; but the server counts neither kind of shard until it knows the shape of the groups
    const least = server.counters.FECParityShards;
    const most = client.counters.OutPkts - accepted[0].snapshot().shardsReceived!;
    expect(least).toBeGreaterThan(0);
    expect(paritySent).toBeGreaterThan(least * 1000);
    expect(paritySent).toBeLessThanOrEqual(most * client.mtu);
    session.close();
    listening.close();
  });

  it('holds the rate limit', async () => {
    const { world, session, client, listening } = await pair(
      1,
      { ratelimit: 200_000, nocomp: true },
      { delay: 10 },
    );
    const { count } = talk(session, noise(world, 3_000_000));
    await world.run(1_000);
    const before = client.counters.OutBytes;
    await world.run(5_000);
    const rate = (client.counters.OutBytes - before) / 5;
    expect(rate).toBeGreaterThan(180_000);
    expect(rate).toBeLessThan(220_000);
    expect(count()).toBeGreaterThan(0);
    session.close();
    listening.close();
  });

  it('is degraded while the line is cut, and up again afterwards', async () => {
    const { world, network, session, listening } = await pair(4, {}, { delay: 20 });
    await world.run(1_000);
    expect(session.state).toBe('up');
    const states: string[] = [];
    session.onState = (state, troubles) => states.push([state, ...troubles].join(' '));
    network.cut = true;
    const { count } = talk(session, noise(world, 5_000));
    await world.run(10_000);
    expect(states.at(-1)).toContain('nothing-heard');
    network.cut = false;
    await world.run(20_000, () => count() === 5_000 && session.state === 'up');
    expect(count()).toBe(5_000);
    expect(states.at(-1)).toBe('up');
    session.close();
    listening.close();
  });

  it('tells a key that differs: nothing comes up, checksum errors are counted', async () => {
    const world = new Simulation(9);
    const network = new SimulatedNetwork(world);
    const server = engineContext(defaultOptions('server'), world, zeroCounters());
    const client = engineContext({ ...defaultOptions('client'), key: 'another' }, world, zeroCounters());
    const listening = await listen(server, { ...REMOTE, host: '' }, network, () => expect.unreachable());
    const session = await dial(client, REMOTE, network);
    await world.run(10_000);
    expect(session.state).toBe('dialling');
    expect(session.snapshot().troubles).toContain('nothing-heard');
    expect(server.counters.InCsumErrors).toBeGreaterThan(5);
    session.close();
    listening.close();
  });

  it('closes after 30 s of silence', async () => {
    const { world, network, session, listening } = await pair(3, {});
    await world.run(1_000);
    const reasons: string[] = [];
    session.onClose = (reason) => reasons.push(reason.code);
    network.cut = true;
    await world.run(45_000);
    expect(reasons).toEqual(['keepalive-timeout']);
    listening.close();
  });

  it('has no timer but the keepalive while idle', async () => {
    const { world, session, client, listening } = await pair(3, {});
    await world.run(5_000);
    const before = { ...client.counters };
    await world.run(60_000);
    // a NOP and its ACK every ten seconds from each end
    expect(client.counters.OutPkts - before.OutPkts).toBeLessThan(40);
    session.close();
    listening.close();
  });
});

interface Recorded {
  applicationSentUtf8: string;
  datagrams: { ms: number; dir: 'client>server' | 'server>client'; hex: string }[];
}

describe('sessions recorded between Debian kcptun 20210922', () => {
  it.each([
    ['session-plain-smux1', { crypt: 'none', nocomp: true, datashard: 0, parityshard: 0, smuxver: 1 }],
    ['session-fec-snappy-smux2', { crypt: 'none', datashard: 3, parityshard: 2, smuxver: 2 }],
    ['session-defaults-aes', { smuxver: 1 }],
  ] as [string, Options][])('%s: the server hears what the application said', (name, options) => {
    const file = JSON.parse(readFileSync(`test/vectors/${name}.json`, 'utf8')) as Recorded;
    const world = new Simulation(1);
    const counters = zeroCounters();
    const config = engineContext(
      { ...defaultOptions('server'), ...options } as ServerOptions,
      world,
      counters,
    );
    const channel: Channel = {
      remote: 'recorded',
      writable: true,
      receive: () => {},
      send: () => true,
      close: () => {},
    };
    let session: KcpSession | undefined;
    const heard: Buffer[] = [];
    const batch = new PacketBatch(config.pool.kernel, 1);
    for (const datagram of file.datagrams) {
      if (!datagram.dir.startsWith('client')) continue;
      const wire = Buffer.from(datagram.hex, 'hex');
      batch.clear();
      config.pool.kernel.bytes.set(wire, batch.next);
      batch.push(wire.length);
      config.crypt.open(batch);
      expect(batch.ok[0]).toBe(1);
      const offset = batch.offsets[0] + config.crypt.head;
      const fec = options.datashard === 0 ? 0 : 8;
      session ??= new KcpSession(
        'server',
        config.pool.kernel.view.getUint32(offset + fec, true),
        config,
        channel,
      );
      session.onStream = (stream) => {
        stream.onData = (chunk) => {
          heard.push(Buffer.from(chunk));
          // as the target did: the client's window updates tell of these bytes
          stream.write(Uint8Array.from(chunk).reverse());
          stream.consumed(chunk.length);
        };
      };
      session.input(batch, 0, 1);
      session.schedule();
      world.runSync(1);
    }
    expect(Buffer.concat(heard).toString()).toBe(file.applicationSentUtf8);
    expect(counters.KCPInErrors).toBe(0);
    session!.close();
    batch.dispose();
  });
});
