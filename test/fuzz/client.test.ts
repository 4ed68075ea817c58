import { describe, expect, it } from 'vitest';
import { zeroCounters } from '../../shared/counters.ts';
import { type ClientOptions, defaultOptions } from '../../shared/options.ts';
import { DATA, FEC_HEADER_BYTES, fecKind } from '../../src-main/engine/fec/packet.ts';
import { engineContext } from '../../src-main/engine/session/context.ts';
import { dial } from '../../src-main/engine/session/dial.ts';
import { listen } from '../../src-main/engine/session/listen.ts';
import { seededRandom } from '../support/random.ts';
import { Simulation } from '../support/simulation.ts';
import { SimulatedNetwork } from '../support/simulated-network.ts';

const PORT = 29900;
const REMOTE = { host: '10.0.0.2', minPort: PORT, maxPort: PORT };
/** the first port that a simulated network hands out */
const CLIENT_PORT = 40_000;

type Options = Partial<ClientOptions>;
type Below = (limit: number) => number;

const optionsOf = (side: 'client' | 'server', options: Options): ClientOptions =>
  ({ ...defaultOptions(side), crypt: 'null', ...options }) as ClientOptions;

/** What a server that answers says to a client, a datagram at a time. */
async function corpus(options: Options): Promise<Uint8Array[]> {
  const world = new Simulation(3);
  const network = new SimulatedNetwork(world);
  const said: Uint8Array[] = [];
  const send = network.send.bind(network);
  network.send = (from, to, data) => {
    if (from === PORT) said.push(data);
    send(from, to, data);
  };
  const server = engineContext(optionsOf('server', options), world, zeroCounters());
  const listening = await listen(server, { ...REMOTE, host: '' }, network, (session) => {
    session.onStream = (stream) => {
      stream.onData = (chunk) => {
        stream.write(chunk.slice());
        stream.consumed(chunk.length);
      };
    };
  });
  const client = engineContext(optionsOf('client', options), world, zeroCounters());
  const session = await dial(client, REMOTE, network);
  for (let i = 0; i < 3; i++) {
    const stream = session.mux.open();
    stream.onData = (chunk) => stream.consumed(chunk.length);
    const noise = new Uint8Array(4_000);
    world.randomFill(noise);
    stream.write(noise);
    stream.write(new TextEncoder().encode('what is said is said again. '.repeat(300)));
    await world.run(50);
    stream.end();
  }
  await world.run(1_000);
  session.close();
  listening.close();
  return said;
}

/** As if it came from this conversation's server. */
function inConversation(datagram: Uint8Array, conv: number): Buffer {
  const copy = Buffer.from(datagram);
  const view = new DataView(copy.buffer, copy.byteOffset, copy.length);
  const kind = fecKind(view, 0, copy.length);
  const at = kind === 'data' ? FEC_HEADER_BYTES : 0;
  if (kind !== 'parity' && copy.length >= at + 4) copy.writeUInt32LE(conv, at);
  return copy;
}

const MUTATIONS: ((datagram: Buffer, below: Below, all: readonly Uint8Array[]) => Buffer)[] = [
  (datagram) => datagram,
  (datagram, below) => {
    for (let n = 1 + below(4); n > 0; n--) datagram[below(datagram.length)] ^= 1 << below(8);
    return datagram;
  },
  (datagram, below) => {
    datagram[below(datagram.length)] = [0, 1, 0x7f, 0x80, 0xff][below(5)];
    return datagram;
  },
  (datagram, below) => datagram.subarray(0, below(datagram.length + 1)),
  (datagram, below, all) => {
    const other = all[below(all.length)];
    const from = below(Math.min(datagram.length, other.length));
    return Buffer.concat([datagram.subarray(0, from), other.subarray(from)]);
  },
  (datagram, below) => {
    // a far sn, ts, una or seqid
    if (datagram.length >= 24)
      datagram.writeUInt32LE(below(2) ? below(70_000) : below(2 ** 32), 4 * below(6));
    return datagram;
  },
  (_datagram, below) => {
    const noise = Buffer.alloc(6 + below(1400));
    for (let i = 0; i < noise.length; i++) noise[i] = below(256);
    noise.writeUInt16LE(DATA, 4);
    return noise;
  },
];

describe('a client survives a server that says anything', () => {
  it.each<[string, Options]>([
    ['defaults', {}],
    ['smux 2', { smuxver: 2 }],
    ['nocomp', { nocomp: true }],
    ['nocomp, no FEC, smux 2', { nocomp: true, datashard: 0, parityshard: 0, smuxver: 2 }],
    ['no FEC at the client only', { datashard: 0, parityshard: 0 }],
  ])('%s', async (name, options) => {
    const all = await corpus(name.endsWith('only') ? {} : options);
    expect(all.length).toBeGreaterThan(10);
    for (let seed = 1; seed <= 150; seed++) {
      const random = seededRandom(seed);
      const below: Below = (limit) => Math.floor(random() * limit);
      const world = new Simulation(seed);
      const network = new SimulatedNetwork(world);
      const context = engineContext(optionsOf('client', options), world, zeroCounters());
      const { pages } = context.pool.kernel;
      const used = pages.used;
      const session = await dial(context, REMOTE, network);
      let closed = 0;
      session.onClose = () => closed++;
      const stream = session.mux.open();
      stream.onData = (chunk) => stream.consumed(chunk.length);
      stream.write(Buffer.alloc(5_000, seed));
      world.runSync(20);
      // some conversations go wrong late
      const quiet = below(all.length);
      for (const [i, datagram] of all.entries()) {
        const mutate = i < quiet ? MUTATIONS[0] : MUTATIONS[below(MUTATIONS.length)];
        const mutated = mutate(inConversation(datagram, session.conv), below, all);
        if (mutated.length > 0) network.inject(PORT, CLIENT_PORT, mutated);
        if (below(3) === 0) world.runSync(below(30));
      }
      world.runSync(100);
      session.close();
      expect(closed, `seed ${seed}`).toBe(1);
      expect(pages.used, `seed ${seed}`).toBe(used);
      world.runSync(120_000);
      expect(world.pending, `seed ${seed}`).toBe(0);
    }
  });
});
