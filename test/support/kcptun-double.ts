import type { CryptName } from '../../shared/crypts.ts';
import type { PacketCrypt } from '../../src-main/engine/crypt/crypt.ts';
import { deriveKey } from '../../src-main/engine/crypt/key.ts';
import { createCrypt } from '../../src-main/engine/crypt/registry.ts';
import { BatchPool } from '../../src-main/engine/kernel/batch.ts';
import { sharedKernel } from '../../src-main/engine/kernel/load.ts';
import type { DatagramSocket, Peer } from '../../src-main/engine/transport/datagram-socket.ts';
import type { SimulatedNetwork } from './simulated-network.ts';

/** How a kcptun of some release answers before any stream is opened. */
export interface DoubleOptions {
  release: '2017' | '2021' | 'newest';
  key: string;
  crypt: CryptName;
  datashard: number;
  parityshard: number;
  nocomp: boolean;
  smuxver: 1 | 2;
  rcvwnd: number;
  /** seconds */
  keepalive: number;
  /** ms between flushes */
  interval: number;
}

const NOISE_MS = 5000;
const NEWEST_GAP_MS = 500;
const WND_FIRST = 32;
const IDENTIFIER = Buffer.from('ff060000734e61507059', 'hex');

/**
 * A server written from the rules of what kcptun answers, apart from the engine's own sessions: flat bytes, one timer a
 * session. It hands nothing on, and would throw where a stream were opened.
 */
export class KcptunDouble {
  readonly #pool = new BatchPool(sharedKernel(), 16);
  readonly #crypt: PacketCrypt;
  readonly #sessions = new Map<string, DoubleSession>();
  #socket!: DatagramSocket;
  checksumErrors = 0;
  received = 0;

  private constructor(
    readonly network: SimulatedNetwork,
    readonly options: DoubleOptions,
  ) {
    const { key, crypt } = options;
    const randomFill = (bytes: Uint8Array): void => network.world.randomFill(bytes);
    this.#crypt = createCrypt(crypt, deriveKey(key), { kernel: this.#pool.kernel, randomFill });
  }

  static async listen(
    network: SimulatedNetwork,
    port: number,
    options: Partial<DoubleOptions> = {},
  ): Promise<KcptunDouble> {
    const double = new KcptunDouble(network, {
      ...{ release: 'newest', key: 'secret', crypt: 'aes', datashard: 10, parityshard: 3, nocomp: false },
      ...{ smuxver: 2, rcvwnd: 1024, keepalive: 10, interval: 30 },
      ...options,
    });
    double.#socket = await network.open(
      { family: 4, local: { address: '0.0.0.0', port }, sockbuf: 1, dscp: 0 },
      double.#pool,
      { readable: () => double.#receive(), drained() {}, refused() {}, failed() {} },
    );
    return double;
  }

  get sessions(): DoubleSession[] {
    return [...this.#sessions.values()];
  }

  close(): void {
    for (const session of this.#sessions.values()) session.close();
    this.#socket.close();
  }

  get fec(): boolean {
    return this.options.datashard > 0 && this.options.parityshard > 0;
  }

  #receive(): void {
    for (let batch = this.#socket.receive(); batch; batch = this.#socket.receive()) {
      this.#crypt.open(batch);
      for (let i = 0; i < batch.count; i++) {
        this.received++;
        if (!batch.ok[i]) {
          this.checksumErrors++;
          continue;
        }
        const from = batch.offsets[i] + this.#crypt.head;
        const length = batch.lengths[i] - this.#crypt.head - this.#crypt.tail;
        this.#datagram(Buffer.from(batch.kernel.bytes.slice(from, from + length)), this.#socket.peer(i));
      }
    }
  }

  #datagram(data: Buffer, peer: Peer): void {
    if (data.length < 24) return;
    const type = data.readUInt16LE(4);
    const framed = type === 0xf1;
    if (type === 0xf2 || type === 0xf3) return;
    if (this.options.release === '2017' && framed !== this.fec) return;
    const kcp = framed ? data.subarray(8) : data;
    if (kcp.length < 24 || kcp[4] < 81 || kcp[4] > 84) return;
    const conv = kcp.readUInt32LE(0);
    let session = this.#sessions.get(peer.key);
    if (session && session.conv !== conv && kcp.readUInt32LE(12) === 0) {
      session.close();
      session = undefined;
    }
    if (!session) {
      session = new DoubleSession(this, conv, (datagram) => this.#send(datagram, peer));
      this.#sessions.set(peer.key, session);
    }
    session.input(kcp);
  }

  /** smux has ended it: what comes next from there makes a session anew. */
  forget(session: DoubleSession): void {
    session.close();
    for (const [key, one] of this.#sessions) if (one === session) this.#sessions.delete(key);
  }

  #send(datagram: Buffer, peer: Peer): void {
    const batch = this.#pool.take();
    batch.kernel.bytes.set(datagram, batch.next + this.#crypt.head);
    batch.push(this.#crypt.head + datagram.length + this.#crypt.tail);
    this.#crypt.seal(batch);
    this.#socket.send(batch, peer);
    this.#pool.give(batch);
  }
}

/** One conversation of the double. */
export class DoubleSession {
  /** filled and empty bytes that were pushed at it and are not delivered, as sn 0 never came */
  pushed = new Set<number>();
  acknowledged = false;
  /** the first sn that never came */
  #una = 0;
  #acks: { sn: number; ts: number }[] = [];
  #tell = false;
  #answers = 0;
  #seqid = 0;
  #shard = 0;
  #lastDataAt = -Infinity;
  #timers: { stop(): void }[] = [];
  #closed = false;

  constructor(
    readonly server: KcptunDouble,
    readonly conv: number,
    private readonly send: (datagram: Buffer) => void,
  ) {
    const { keepalive, interval, release } = server.options;
    this.#every(interval, () => this.#flush());
    this.#after(keepalive * 1000, () => this.#heartbeat(200));
    if (release === '2017') this.#every(NOISE_MS, () => this.send(this.#noise()));
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers) timer.stop();
  }

  input(kcp: Buffer): void {
    for (let at = 0; kcp.length - at >= 24;) {
      const length = kcp.readUInt32LE(at + 20);
      if (kcp.readUInt32LE(at) !== this.conv || length > kcp.length - at - 24) return;
      const sn = kcp.readUInt32LE(at + 12);
      const ts = kcp.readUInt32LE(at + 8);
      switch (kcp[at + 4]) {
        case 81:
          if (sn === 0 && !this.#deliver(kcp.subarray(at + 24, at + 24 + length))) return;
          if (sn < this.server.options.rcvwnd) this.#acks.push({ sn, ts });
          this.pushed.add(sn);
          break;
        case 82:
          if (sn === 0) this.acknowledged = true;
          break;
        case 83:
          this.#tell = true;
      }
      at += 24 + length;
    }
  }

  /** @returns whether the session goes on: it ends at what is no frame of its own version */
  #deliver(bytes: Buffer): boolean {
    const { smuxver, nocomp, release } = this.server.options;
    const is = (version: number, plain: boolean): boolean => bytes.equals(heartbeat(version, plain));
    if (![1, 2].some((version) => is(version, true) || is(version, false)))
      throw new Error('a probe must not send what would open a stream');
    this.#una = 1;
    if (is(smuxver, nocomp)) return true;
    if (release === 'newest') {
      this.#acks.push({ sn: 0, ts: 0 });
      this.#flush();
    }
    this.server.forget(this);
    return false;
  }

  #after(ms: number, run: () => void): void {
    const timer = this.server.network.world.after(ms, () => !this.#closed && run());
    this.#timers.push(timer);
  }

  #every(ms: number, run: () => void): void {
    this.#after(ms, () => {
      run();
      this.#every(ms, run);
    });
  }

  #flush(): void {
    const segments = this.#acks.map(({ sn, ts }) => this.#segment(82, sn, ts));
    if (this.#tell) segments.push(this.#segment(84, 0, this.#clock));
    this.#acks = [];
    this.#tell = false;
    if (segments.length > 0) this.#frame(Buffer.concat(segments));
  }

  get #clock(): number {
    return Math.floor(this.server.network.world.now()) + 77_777;
  }

  #segment(cmd: number, sn: number, ts: number, data: Buffer = Buffer.alloc(0)): Buffer {
    const { rcvwnd } = this.server.options;
    const head = Buffer.alloc(24);
    head.writeUInt32LE(this.conv, 0);
    head[4] = cmd;
    // kcp-go's first answer may be older than the option
    head.writeUInt16LE(this.#answers++ === 0 && !this.server.fec ? WND_FIRST : rcvwnd, 6);
    head.writeUInt32LE(ts, 8);
    head.writeUInt32LE(sn, 12);
    head.writeUInt32LE(this.#una, 16);
    head.writeUInt32LE(data.length, 20);
    return Buffer.concat([head, data]);
  }

  /** Until it is acknowledged. */
  #heartbeat(rto: number): void {
    if (this.acknowledged) return;
    const { smuxver, nocomp } = this.server.options;
    this.#frame(this.#segment(81, 0, this.#clock, heartbeat(smuxver, nocomp)));
    this.#after(rto, () => this.#heartbeat(rto * 2));
  }

  #frame(kcp: Buffer): void {
    const { datashard, parityshard, release } = this.server.options;
    if (!this.server.fec) return this.send(kcp);
    const now = this.server.network.world.now();
    this.send(this.#shardOf(0xf1, Buffer.concat([u16(kcp.length + 2), kcp])));
    const gap = now - this.#lastDataAt;
    this.#lastDataAt = now;
    if (++this.#shard < datashard) return;
    this.#shard = 0;
    for (let i = 0; i < parityshard; i++) {
      const parity = this.#shardOf(0xf2, Buffer.alloc(60));
      if (release !== 'newest' || gap <= NEWEST_GAP_MS) this.send(parity);
    }
  }

  #shardOf(type: number, shard: Buffer): Buffer {
    const head = Buffer.alloc(6);
    head.writeUInt32LE(this.#seqid++, 0);
    head.writeUInt16LE(type, 4);
    return Buffer.concat([head, shard]);
  }

  #noise(): Buffer {
    const noise = Buffer.alloc(40);
    this.server.network.world.randomFill(noise);
    return noise;
  }
}

/** smux' NOP, at times behind snappy. */
function heartbeat(smuxver: number, nocomp: boolean): Buffer {
  const nop = Buffer.from([smuxver, 3, 0, 0, 0, 0, 0, 0]);
  return nocomp ? nop : compressed(nop);
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

/** A stored chunk behind the stream identifier. */
function compressed(plain: Buffer): Buffer {
  const kernel = sharedKernel();
  const at = kernel.arena.alloc(plain.length);
  kernel.bytes.set(plain, at);
  const crc = kernel.crc32c(at, plain.length);
  kernel.arena.free(at);
  const head = Buffer.alloc(8);
  head[0] = 1;
  head.writeUIntLE(plain.length + 4, 1, 3);
  head.writeUInt32LE((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0, 4);
  return Buffer.concat([IDENTIFIER, head, plain]);
}
