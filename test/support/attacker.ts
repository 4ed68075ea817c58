import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { zeroCounters } from '../../shared/counters.ts';
import { defaultOptions, type ServerOptions } from '../../shared/options.ts';
import { CMD_PUSH } from '../../src-main/engine/kcp/segment.ts';
import { PacketBatch } from '../../src-main/engine/kernel/batch.ts';
import { type EngineContext, engineContext } from '../../src-main/engine/session/context.ts';
import { SystemWorld } from '../../src-main/engine/runtime/system-world.ts';
import { STREAM_IDENTIFIER } from '../../src-main/engine/snappy/framing.ts';
import { KEY } from './peers.ts';
import { datagramOf, type SegmentFields } from './segments.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Somebody who has the key: seals any segments into a datagram, without FEC. */
export class Insider {
  readonly #context: EngineContext;
  readonly #batch: PacketBatch;

  constructor(options: Partial<ServerOptions> = {}) {
    const all = { ...defaultOptions('server'), key: KEY, ...options };
    this.#context = engineContext(all, new SystemWorld(), zeroCounters());
    this.#batch = new PacketBatch(this.#context.pool.kernel, 1);
  }

  seal(...segments: SegmentFields[]): Buffer {
    const { crypt, pool } = this.#context;
    const batch = this.#batch;
    const plain = datagramOf(...segments);
    batch.clear();
    pool.kernel.bytes.set(plain, batch.next + crypt.head);
    batch.push(crypt.head + plain.length + crypt.tail);
    crypt.seal(batch);
    return Buffer.from(pool.kernel.bytes.slice(batch.start, batch.start + batch.lengths[0]));
  }

  /** The first datagram of a conversation, which says nothing yet. */
  opening(conv: number): Buffer {
    return this.seal({ conv, cmd: CMD_PUSH, data: STREAM_IDENTIFIER });
  }
}

/**
 * Opens conversations `first` to `last`, each from a port of its own, as many from one address as a server lets stand
 * there. Returns once the sockets have sent, not once the server has read.
 */
export async function openConversations(port: number, first: number, last: number): Promise<void> {
  const insider = new Insider();
  const each = 200;
  for (let from = first; from <= last; from += each) {
    await using strangers = await Strangers.open(each, port, `127.0.1.${1 + Math.floor(from / each)}`);
    for (let i = 0; i < each; i++) await strangers.send(i, insider.opening(from + i));
  }
}

/** Sockets of a stranger, each on a port of its own, that send to one server and do not listen to it. */
export class Strangers implements AsyncDisposable {
  #sent = 0;

  private constructor(private readonly sockets: Socket[]) {}

  /** @param address one of the loopback network that they send from */
  static async open(count: number, port: number, address = '127.0.0.1'): Promise<Strangers> {
    const sockets = Array.from({ length: count }, () => createSocket('udp4'));
    await Promise.all(
      sockets.map(async (socket) => {
        socket.bind(0, address);
        await once(socket, 'listening');
        const connected = once(socket, 'connect');
        socket.connect(port, '127.0.0.1');
        await connected;
        socket.on('error', () => {});
      }),
    );
    return new Strangers(sockets);
  }

  get count(): number {
    return this.sockets.length;
  }

  /** From port `i`; now and then it waits, so that the server can read. */
  async send(i: number, datagram: Uint8Array): Promise<void> {
    this.sockets[i].send(datagram);
    if (++this.#sent % 32 === 0) await turn();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      this.sockets.map(async (socket) => {
        const closed = once(socket, 'close');
        socket.close();
        await closed;
      }),
    );
  }
}
