import { randomFillSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REQUESTS, type Transport } from '../../shared/api.ts';
import { serveApi } from '../../shared/api-server.ts';
import { zeroCounters } from '../../shared/counters.ts';
import { type CryptName, CRYPTS } from '../../shared/crypts.ts';
import { ERROR_CODES } from '../../shared/errors.ts';
import { importProfiles } from '../../shared/import/import.ts';
import { toBase64 } from '../../shared/import/base64.ts';
import { toLink } from '../../shared/import/link.ts';
import { toCommandLine, toJson } from '../../shared/options-convert.ts';
import { parseOptions } from '../../shared/options-parse.ts';
import { type ClientOptions, DEFAULT_KEY, defaultOptions } from '../../shared/options.ts';
import type { PacketCrypt } from '../../src-main/engine/crypt/crypt.ts';
import { createCrypt } from '../../src-main/engine/crypt/registry.ts';
import { EngineError } from '../../src-main/engine/errors.ts';
import { FEC_HEADER_BYTES, fecKind } from '../../src-main/engine/fec/packet.ts';
import { MAX_DATAGRAM, PacketBatch } from '../../src-main/engine/kernel/batch.ts';
import type { Kernel } from '../../src-main/engine/kernel/kernel.ts';
import { createKernel } from '../../src-main/engine/kernel/load.ts';
import { engineContext } from '../../src-main/engine/session/context.ts';
import { dial } from '../../src-main/engine/session/dial.ts';
import { listen } from '../../src-main/engine/session/listen.ts';
import { appCore, temporaryFolder } from '../support/app-core.ts';
import { FecSource, FecTarget } from '../support/fec-link.ts';
import { KcpEnd } from '../support/kcp-pair.ts';
import { mutated, recorded, seededBelow, vectors } from '../support/mutations.ts';
import { SimulatedNetwork } from '../support/simulated-network.ts';
import { Simulation } from '../support/simulation.ts';
import { Collector, smuxSide } from '../support/smux-link.ts';
import { readSnappy } from '../support/snappy-stream.ts';

/*
 * Every parser that reads what others say is given what the reference implementation said (test/vectors), changed: so
 * that what comes is nearly right, and gets far.
 */

const kernel = createKernel();
const room = kernel.arena.alloc(MAX_DATAGRAM);
const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const as = (bytes: Uint8Array): Buffer => Buffer.from(bytes.subarray(0, MAX_DATAGRAM));

/** A datagram of these plain bytes, as far as they fit one. */
function sealed(memory: Kernel, crypt: PacketCrypt, plain: Buffer): Buffer {
  const batch = new PacketBatch(memory, 1);
  const body = plain.subarray(0, MAX_DATAGRAM - crypt.head - crypt.tail);
  memory.bytes.set(body, batch.start + crypt.head);
  batch.push(crypt.head + body.length + crypt.tail);
  crypt.seal(batch);
  const wire = Buffer.from(memory.bytes.slice(batch.start, batch.start + batch.lengths[0]));
  batch.dispose();
  return wire;
}

interface CryptVectors {
  passHex: string;
  ciphers: { crypt: CryptName; cases: { plainHex: string; wireHex: string }[] }[];
}

describe('datagrams', () => {
  const { passHex, ciphers } = vectors('packet-crypt') as CryptVectors;
  const gcm = vectors('packet-aes-128-gcm') as { cases: CryptVectors['ciphers'][number]['cases'] };
  const all = [...ciphers, { crypt: 'aes-128-gcm' as const, cases: gcm.cases }].map(
    ({ crypt, cases }) => [crypt, cases] as const,
  );

  it('cover every cipher that has a framing', () => {
    expect(CRYPTS.filter((name) => !all.some(([crypt]) => crypt === name))).toEqual(['null']);
  });

  it.each(all)('%s: none whose text was changed is taken, and the one behind it is', (name, cases) => {
    const key = hex(passHex).subarray(0, 32);
    const crypt = createCrypt(name, key, { kernel, randomFill: randomFillSync });
    // what was recorded has no checksums: its plain text is sealed, and what was on the wire is noise like another
    const wires = cases.map(({ plainHex }) => sealed(kernel, crypt, hex(plainHex)));
    const corpus = [...wires, ...cases.map(({ wireHex }) => hex(wireHex))];
    const batch = new PacketBatch(kernel, 8);
    const longest = MAX_DATAGRAM - crypt.head - crypt.tail;
    const known = new Set(cases.map(({ plainHex }) => hex(plainHex).toString('latin1', 0, longest)));
    for (let seed = 1; seed <= 1_000; seed++) {
      const below = seededBelow(seed);
      const honest = wires[below(wires.length)];
      const sent = [...Array.from({ length: 7 }, () => as(mutated(corpus, below))), honest];
      batch.clear();
      for (const datagram of sent) {
        kernel.bytes.set(datagram, batch.next);
        batch.push(datagram.length);
      }
      crypt.open(batch);
      expect(batch.ok[7], `seed ${seed}`).toBe(1);
      // the nonce is thrown away, and may be anything
      for (const i of sent.keys()) {
        if (batch.ok[i] === 0) continue;
        const at = batch.offsets[i] + crypt.head;
        const body = kernel.bytes.subarray(at, batch.offsets[i] + batch.lengths[i] - crypt.tail);
        expect(known.has(Buffer.from(body).toString('latin1')), `seed ${seed}, datagram ${i}`).toBe(true);
      }
    }
    batch.dispose();
  });
});

it("FEC's headers and shards: an honest peer afterwards gets what was lost", () => {
  const { cases } = vectors('fec-packets') as {
    cases: { dataShards: number; parityShards: number; wireHex: string[] }[];
  };
  for (const { dataShards, parityShards, wireHex } of cases) {
    const packets = wireHex.map(hex);
    for (let seed = 1; seed <= 300; seed++) {
      const below = seededBelow(seed);
      const used = kernel.pages.used;
      const target = new FecTarget(kernel, dataShards, parityShards);
      for (let i = 0; i < 60; i++) {
        const packet = as(below(3) ? packets[i % packets.length] : mutated(packets, below));
        // only what is long enough, and of its type, comes as far as the decoder
        kernel.bytes.set(packet, room);
        const kind = fecKind(kernel.view, room, packet.length);
        if (kind === 'data' || kind === 'parity') target.receive([packet]);
      }
      expect(target.decoder.received).toBeLessThanOrEqual(target.decoder.expected);
      const source = new FecSource(kernel, 3, 2);
      for (let i = 0; i < 3 * 100; i++) target.receive(source.send(Buffer.alloc(30)));
      target.receive([1, 2, 3].flatMap((value) => source.send(Buffer.alloc(30, value))).slice(1));
      expect(target.recovered.at(-1), `seed ${seed}`).toEqual(Buffer.alloc(30, 1));
      source.encoder.dispose();
      target.decoder.dispose();
      expect(kernel.pages.used).toBe(used);
    }
  }
});

it("KCP's segments, in either direction", () => {
  const { fromServer, fromClient } = recorded(kernel, 'session-plain-smux1', 'none');
  for (const said of [fromServer, fromClient]) {
    const conv = said[0].readUInt32LE(0);
    for (let seed = 1; seed <= 300; seed++) {
      const below = seededBelow(seed);
      const world = new Simulation(seed);
      const end = new KcpEnd(world, { conv }, false);
      end.send(Buffer.alloc(below(30_000)));
      for (let i = 0; i < 60; i++) {
        end.input(as(below(3) ? said[i % said.length] : mutated(said, below)));
        world.runSync(below(20));
      }
      world.runSync(1_000);
      expect(end.kcp.send.inFlight).toBeGreaterThanOrEqual(0);
      expect(end.kcp.send.inFlight).toBeLessThanOrEqual(128);
      expect(end.kcp.receive.queued).toBeLessThanOrEqual(512);
      end.dispose();
    }
  }
});

/** The bytes of smux that a recorded server, or client, sent. */
function smuxStream(name: string, version: 1 | 2, side: 'fromServer' | 'fromClient'): Buffer {
  const pieces: Buffer[] = [];
  for (const datagram of recorded(kernel, name, 'none')[side]) {
    kernel.bytes.set(datagram, room);
    const kind = fecKind(kernel.view, room, datagram.length);
    let at = kind === 'none' ? 0 : FEC_HEADER_BYTES;
    if (kind === 'parity') continue;
    for (; at + 24 <= datagram.length; at += 24 + datagram.readUInt32LE(at + 20)) {
      if (datagram[at + 4] !== 81) continue;
      const from = at + 24;
      pieces[datagram.readUInt32LE(at + 12)] ??= datagram.subarray(
        from,
        from + datagram.readUInt32LE(at + 20),
      );
    }
  }
  return version === 1 ? Buffer.concat(pieces) : readSnappy(kernel, pieces);
}

/** Frames, as they lie in a stream. */
function framesOf(stream: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  for (let at = 0; at < stream.length;) {
    const end = at + 8 + stream.readUInt16LE(at + 2);
    frames.push(stream.subarray(at, end));
    at = end;
  }
  return frames;
}

describe.each([
  ['session-plain-smux1', 1],
  ['session-fec-snappy-smux2', 2],
] as const)("smux' frames: %s", (name, version) => {
  it.each(['client', 'server'] as const)(
    'at a %s, which makes the same of them however they are cut',
    (role) => {
      const frames = framesOf(smuxStream(name, version, role === 'client' ? 'fromServer' : 'fromClient'));
      expect(frames.length).toBeGreaterThan(2);
      const outcome = (pieces: Buffer[]): unknown => {
        const side = smuxSide(version, undefined, { role });
        const seen: Collector[] = [];
        side.onAccept = (stream) => void seen.push(new Collector(stream));
        if (role === 'client') for (let i = 0; i < 3; i++) seen.push(new Collector(side.session.open()));
        for (const piece of pieces) side.session.input(piece, 0, piece.length);
        side.session.flush();
        side.session.pump(side.sink);
        expect(side.session.unread).toBe(0);
        const code = side.closed?.code;
        side.session.close();
        expect(side.session.streams).toBe(0);
        return [code, seen.map(({ bytes, ended }) => [bytes.toString('hex'), ended])];
      };
      for (let seed = 1; seed <= 1_500; seed++) {
        const below = seededBelow(seed);
        const bytes = Buffer.concat(frames.map((frame) => (below(4) ? frame : mutated(frames, below))));
        const cut = below(bytes.length + 1);
        expect(outcome([bytes.subarray(0, cut), bytes.subarray(cut)]), `seed ${seed}`).toEqual(
          outcome([bytes]),
        );
      }
    },
  );
});

it("snappy's streams end in one error or none, with no more than their chunks may hold", () => {
  const { cases } = vectors('snappy-framing') as { cases: { wireHex?: string }[] };
  const streams = cases.flatMap(({ wireHex }) => (wireHex ? [hex(wireHex)] : []));
  expect(streams.length).toBeGreaterThan(3);
  for (let seed = 1; seed <= 6_000; seed++) {
    const below = seededBelow(seed);
    const stream = mutated(streams, below);
    const cut = below(stream.length + 1);
    try {
      const plain = readSnappy(kernel, [stream.subarray(0, cut), stream.subarray(cut)]);
      // a chunk takes 8 bytes at least and holds 64 KB at most
      expect(plain.length).toBeLessThanOrEqual((stream.length / 8) * 65_536);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      expect(error.code).toBe('snappy-corrupt');
    }
  }
});

describe('a whole client', () => {
  const PORT = 29_900;
  const CLIENT_PORT = 40_000;
  const REMOTE = { host: '10.0.0.2', minPort: PORT, maxPort: PORT };
  const SESSIONS: [string, CryptName, Partial<ClientOptions>][] = [
    ['session-plain-smux1', 'none', { nocomp: true, datashard: 0, parityshard: 0, smuxver: 1 }],
    ['session-fec-snappy-smux2', 'none', { datashard: 3, parityshard: 2, smuxver: 2 }],
    ['session-defaults-aes', 'aes', { smuxver: 1 }],
  ];

  /** As if it came from this conversation's server. */
  const inConversation = (datagram: Uint8Array, conv: number): Buffer => {
    const copy = Buffer.from(datagram);
    const kind = fecKind(new DataView(copy.buffer, copy.byteOffset, copy.length), 0, copy.length);
    const at = kind === 'data' ? FEC_HEADER_BYTES : 0;
    if (kind !== 'parity' && copy.length >= at + 4) copy.writeUInt32LE(conv, at);
    return copy;
  };

  it.each(CRYPTS)('of %s: what comes with the key, or without, harms no other session', async (name) => {
    const seeds = 12;
    for (const [i, [session, recordedWith, options]] of SESSIONS.entries()) {
      for (let seed = 1 + i * seeds; seed <= (1 + i) * seeds; seed++) {
        const below = seededBelow(seed);
        const world = new Simulation(seed);
        const network = new SimulatedNetwork(world);
        const context = engineContext(
          { ...defaultOptions('client'), ...options, crypt: name, key: DEFAULT_KEY },
          world,
          zeroCounters(),
        );
        const { crypt, pool } = context;
        const memory = pool.kernel;
        const { used } = memory.pages;
        const { fromServer } = recorded(kernel, session, recordedWith);
        // the one whose server says anything, which is nobody's port; the other talks to an honest server
        const victim = await dial(context, REMOTE, network);
        const stream = victim.mux.open();
        stream.onData = (chunk) => stream.consumed(chunk.length);
        stream.write(Buffer.alloc(3_000, seed));
        const server = engineContext(
          { ...defaultOptions('server'), ...options, crypt: name, key: DEFAULT_KEY },
          world,
          zeroCounters(),
        );
        const honestPort = { host: '10.0.0.2', minPort: PORT + 1, maxPort: PORT + 1 };
        const listening = await listen(server, { ...honestPort, host: '' }, network, (accepted) => {
          accepted.onStream = (each) => {
            each.onData = (chunk) => {
              each.write(chunk.slice());
              each.consumed(chunk.length);
            };
          };
        });
        const honest = await dial(context, honestPort, network);
        const echoed: Buffer[] = [];
        const said = Buffer.from(Array.from({ length: 20_000 }, () => below(256)));
        const echo = honest.mux.open();
        echo.onData = (chunk) => {
          echoed.push(Buffer.from(chunk));
          echo.consumed(chunk.length);
        };
        echo.write(said);
        const wires = fromServer.map((datagram) =>
          sealed(memory, crypt, inConversation(datagram, victim.conv)),
        );
        for (const datagram of fromServer) {
          const plain = below(2) ? mutated(fromServer, below) : datagram;
          const withKey = sealed(memory, crypt, inConversation(plain, victim.conv));
          network.inject(PORT, CLIENT_PORT, withKey, as(mutated(wires, below)));
          if (below(3) === 0) world.runSync(below(40));
        }
        await world.run(20_000, () => Buffer.concat(echoed).length >= said.length);
        expect(Buffer.concat(echoed).equals(said), `${session}, seed ${seed}`).toBe(true);
        victim.close();
        honest.close();
        listening.close();
        expect(memory.pages.used, `${session}, seed ${seed}`).toBe(used);
      }
    }
  });
});

it('imports of every notation find only options that are right', () => {
  const options = {
    remoteaddr: 'vps.example:4000-4100',
    key: 'what nobody knows',
    mtu: 1200,
    crypt: 'sm4' as const,
  };
  const corpus = [
    toJson('client', options),
    toLink('At home', options),
    toCommandLine('client', options),
    `kcptun://${toBase64(toJson('client', options))}`,
    '{"listen":":4000-4010","target":"127.0.0.1:8388","key":"k","crypt":"sm4","sndwnd":2048,"smuxver":2}',
    `ss://${toBase64('aes-256-gcm:p')}@a.example:1/?plugin=kcptun%3Bkey%3Dk%3Bmtu%3D1200#n`,
    'SS_REMOTE_HOST=a.example SS_REMOTE_PORT=1 SS_PLUGIN_OPTIONS="key=k;mode=fast2;smuxver=2"',
    "config servers\n\toption alias 'n'\n\toption server_addr 'a.example'\n\toption server_port '1'\n\toption key 'k'\n",
    '{"servers":[{"remoteaddr":"a:1","key":"k"},{"remoteaddr":"b:2","mtu":900}]}',
  ].map((text) => Buffer.from(text));
  for (let seed = 1; seed <= 6_000; seed++) {
    const text = mutated(corpus, seededBelow(seed)).toString();
    const { found, refused } = importProfiles(text);
    expect(found.length > 0, `seed ${seed}`).toBe(refused === null);
    for (const profile of found) {
      const { problems, unknown } = parseOptions('client', profile.options);
      expect(unknown).toEqual({});
      expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    }
  }
});

describe('messages from the web', () => {
  let app: ReturnType<typeof appCore>;
  beforeAll(() => void (app = appCore(temporaryFolder())));
  afterAll(async () => {
    await app.core.close();
    app.remove();
  });

  it('are answered once each, with a result or a known code', async () => {
    const args: Record<string, unknown> = {
      'profiles.create': { name: 'n', options: { remoteaddr: 'a.example:1', key: 'k', mtu: 1200 } },
      'profiles.import': { sources: [{ name: 'x.json', text: '{"remoteaddr":"a:1"}' }] },
      'profiles.export': { format: 'link' },
      'settings.update': { theme: 'dark', language: 'en' },
      'log.tail': { tunnel: null, limit: 10 },
    };
    // the demo and probes would start threads and sockets
    const names = Object.keys(REQUESTS).filter((name) => !/^(demo|probe|tunnels)\./.test(name));
    const corpus = names.map((request, id) =>
      Buffer.from(JSON.stringify({ id, request, args: args[request] ?? { id: 'x', ids: ['x'], on: true } })),
    );
    let answered = 0;
    for (let seed = 1; seed <= 3_000; seed++) {
      let message: unknown = null;
      try {
        message = JSON.parse(mutated(corpus, seededBelow(seed)).toString());
      } catch {
        // what is no JSON is taken for this by the socket's transport
      }
      const replies: { error?: { code: string; message: string } }[] = [];
      const closing: (() => void)[] = [];
      await new Promise<void>((resolve) => {
        const transport: Transport = {
          send: (reply) => {
            if ('notification' in (reply as object)) return;
            replies.push(JSON.parse(JSON.stringify(reply)) as (typeof replies)[number]);
            resolve();
          },
          onMessage: (listener) => {
            queueMicrotask(() => listener(message));
            return () => {};
          },
          onClose: (listener) => {
            closing.push(listener);
            return () => {};
          },
        };
        serveApi(app.core, transport);
      });
      for (const close of closing) close();
      expect(replies, `seed ${seed}`).toHaveLength(1);
      const [{ error }] = replies;
      if (!error) answered++;
      else
        expect(error.code !== 'internal' && ERROR_CODES.includes(error.code as never), error.message).toBe(
          true,
        );
    }
    expect(answered).toBeGreaterThan(10);
  });
});
