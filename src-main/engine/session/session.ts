import type { SessionSnapshot, SessionState } from '../../../shared/snapshot.ts';
import type { PacketBatch } from '../kernel/batch.ts';
import { EngineError } from '../errors.ts';
import { FecDecoder } from '../fec/decoder.ts';
import { FecEncoder } from '../fec/encoder.ts';
import { FEC_HEADER_BYTES, fecKind } from '../fec/packet.ts';
import { Health } from './health.ts';
import { type DatagramOutput, Kcp } from '../kcp/kcp.ts';
import type { Reader } from '../kcp/receive-window.ts';
import { Pacer } from './pacer.ts';
import type { Session } from './types.ts';
import { GATHER_BYTES, type SessionConfig } from './context.ts';
import { FRAME_HEADER_BYTES } from '../smux/frame.ts';
import type { FrameSink } from '../smux/sink.ts';
import { SmuxSession } from '../smux/session.ts';
import type { SmuxStream } from '../smux/stream.ts';
import { SnappyDecoder } from '../snappy/decoder.ts';
import { SnappyEncoder } from '../snappy/encoder.ts';
import { MAX_PLAIN } from '../snappy/framing.ts';
import type { Timer } from '../runtime/world.ts';

/** smux: a session that has received nothing for this long is dead. */
const KEEPALIVE_TIMEOUT_MS = 30_000;
const HEALTH_MS = 1_000;
/** A datagram that is overtaken comes within this time. */
const LATE_MS = 1_000;
/** What is gathered is written whole once there is room for a segment; snappy may add a little to it. */
const WRITE_BYTES = GATHER_BYTES + 4096;

/** The way to one peer. */
export interface Channel {
  /** host:port of the peer */
  readonly remote: string;
  readonly writable: boolean;
  /** Called first in a turn: gives `KcpSession.packet` everything that has come in. */
  receive(session: KcpSession): void;
  /** @returns false where the batch's memory is still needed, and goes back to the pool by itself */
  send(batch: PacketBatch): boolean;
  close(): void;
}

/**
 * One conversation: stream bytes in, datagrams out, and back.
 *
 *     smux - snappy - KCP - FEC - crypt - channel
 *
 * All its work is done in turns, one at the end of an event-loop turn in which something happened: take in what has
 * come, write what smux has, flush KCP, and send the datagrams of all that together.
 */
export class KcpSession implements Session, Reader, FrameSink, DatagramOutput {
  readonly mux: SmuxSession;
  expired = false;
  onStream: (stream: SmuxStream) => void = () => {};
  onClose: Session['onClose'] = () => {};
  onState: Session['onState'] = () => {};
  readonly #kcp: Kcp;
  readonly #encoder: FecEncoder | undefined;
  #decoder: FecDecoder | undefined;
  readonly #snappy: { encoder: SnappyEncoder; decoder: SnappyDecoder } | undefined;
  readonly #pacer: Pacer | undefined;
  readonly #health = new Health();
  /** room in front of KCP's bytes, and behind */
  readonly #head: number;
  readonly #tail: number;
  #batch: PacketBatch | undefined;
  /** bytes that came in and are in scratch.inbound */
  #received = 0;
  /** bytes of smux frames gathered in kernel memory for one write */
  #gathered = 0;
  /** closing: what has come is handed on and nothing more is taken */
  #life: 'open' | 'closing' | 'closed' = 'open';
  #state: SessionState = 'idle';
  #scheduled = false;
  #timer: Timer | undefined;
  #timerAt = Infinity;
  #flushAt = Infinity;
  #healthAt = 0;
  readonly #openedAt: number;
  #heardAt = -Infinity;
  #refusedAt = -Infinity;
  #outstandingSince: number | undefined;
  /** since when nothing comes but what knows less than the peer did */
  #forgottenSince: number | undefined;
  #packetsIn = 0;
  #checksumErrors = 0;
  #segmentsOut = 0;
  #retransmitted = 0;

  constructor(
    role: 'client' | 'server',
    readonly conv: number,
    private readonly config: SessionConfig,
    private readonly channel: Channel,
  ) {
    const { crypt, counters, pool, world } = config;
    const fec = config.dataShards > 0 && config.parityShards > 0;
    if (fec) {
      this.#encoder = new FecEncoder(pool.kernel, config.dataShards, config.parityShards);
      this.#decoder = this.#newDecoder();
    }
    this.#head = crypt.head + (fec ? FEC_HEADER_BYTES : 0);
    this.#tail = crypt.tail;
    if (config.compress) {
      this.#snappy = { encoder: new SnappyEncoder(pool.kernel), decoder: new SnappyDecoder(pool.kernel) };
    }
    if (config.rateLimit > 0) this.#pacer = new Pacer(config.rateLimit, config.mtu, world.now());
    this.#openedAt = world.wallClock();
    this.#kcp = new Kcp(
      {
        conv,
        mtu: config.mtu - this.#head - this.#tail,
        sndWnd: config.sndWnd,
        rcvWnd: config.rcvWnd,
        nodelay: config.nodelay,
        interval: config.interval,
        resend: config.resend,
        noCongestionWindow: config.noCongestionWindow,
        ackNoDelay: config.ackNoDelay,
        writeBytes: WRITE_BYTES,
      },
      this,
      this,
      counters,
      pool.kernel,
    );
    this.mux = new SmuxSession({
      role,
      version: config.smuxVersion,
      frameSize: config.frameSize,
      receiveBuffer: config.receiveBuffer,
      streamBuffer: config.streamBuffer,
      keepAliveMs: config.keepAlive,
      keepAliveTimeoutMs: KEEPALIVE_TIMEOUT_MS,
      world,
      onPending: () => this.schedule(),
      onResume: () => this.schedule(),
      onStream: (stream) => this.onStream(stream),
      onClose: (error) => this.close(error),
    });
    if (role === 'client') counters.ActiveOpens++;
    else counters.PassiveOpens++;
    counters.MaxConn = Math.max(counters.MaxConn, ++counters.CurrEstab);
  }

  get remote(): string {
    return this.channel.remote;
  }

  get closed(): boolean {
    return this.#life !== 'open';
  }

  get state(): SessionState {
    return this.closed ? 'dead' : this.#state;
  }

  /** Sends something that the peer must acknowledge: how a dial is proved. */
  probe(): void {
    this.mux.ping();
  }

  schedule(): void {
    if (this.#scheduled || this.closed) return;
    this.#scheduled = true;
    this.config.world.endOfTurn(this.#turn);
  }

  /** The body of one opened datagram, at `offset` in kernel memory. */
  packet(offset: number, length: number): void {
    if (this.closed) return;
    const now = this.config.world.now();
    this.#packetsIn++;
    let at = offset;
    let size = length;
    switch (fecKind(this.config.pool.kernel.view, offset, length)) {
      case 'data':
        this.#decoder ??= this.#newDecoder();
        this.#decoder.input(offset, length);
        at += FEC_HEADER_BYTES;
        size -= FEC_HEADER_BYTES;
        break;
      case 'parity':
        this.#decoder ??= this.#newDecoder();
        this.#decoder.input(offset, length);
        return;
      case 'out-of-band':
        this.config.counters.OOBPackets++;
        return;
      case 'none':
    }
    if (!this.#kcp.input(at, size, now, false)) return;
    if (this.#kcp.fresh) {
      this.#heardAt = now;
      this.#outstandingSince = this.#forgottenSince = undefined;
    } else if (now - this.#heardAt > LATE_MS) this.#forgottenSince ??= now;
  }

  /** A datagram on this session's way that did not open. */
  badPacket(): void {
    this.#packetsIn++;
    this.#checksumErrors++;
  }

  /** The network said that nobody listens at the peer's port. */
  refused(): void {
    const first = this.#refusedAt <= this.#heardAt;
    this.#refusedAt = this.config.world.now();
    if (first) this.#readHealth(this.#refusedAt);
  }

  close(error = new EngineError('closed', 'closed here')): void {
    if (this.closed) return;
    this.#life = 'closing';
    if (this.#received > 0) this.deliver();
    this.mux.close(error);
    this.#life = 'closed';
    this.#timer?.stop();
    this.#kcp.dispose();
    this.#encoder?.dispose();
    this.#decoder?.dispose();
    if (this.#batch) this.config.pool.give(this.#batch);
    this.#batch = undefined;
    this.channel.close();
    this.config.counters.CurrEstab--;
    this.onClose(error);
  }

  snapshot(): SessionSnapshot {
    const { world } = this.config;
    this.#readHealth(world.now());
    const { send, receive, rtt, rmtWnd, cwnd } = this.#kcp;
    return {
      conv: this.conv,
      remote: this.remote,
      state: this.state,
      troubles: this.#health.troubles,
      openedAt: this.#openedAt,
      heardAgo: this.#heardAt === -Infinity ? null : world.now() - this.#heardAt,
      expired: this.expired,
      srtt: rtt.srtt > 0 ? rtt.srtt : null,
      rttvar: rtt.srtt > 0 ? rtt.rttvar : null,
      rto: rtt.rto,
      sndWnd: send.size,
      rcvWnd: receive.size,
      rmtWnd,
      cwnd,
      inFlight: send.inFlight,
      sndQueue: send.queued,
      rcvQueue: receive.queued,
      shardsExpected: this.#decoder?.expected ?? null,
      shardsReceived: this.#decoder?.received ?? null,
      streams: this.mux.streams,
    };
  }

  // Reader: what KCP has in order goes up.

  readable(): boolean {
    return !this.closed && this.mux.readable;
  }

  /** Segments are small and smux's frames are not: they are put together again before they go up. */
  take(offset: number, length: number): void {
    const { scratch, pool, counters } = this.config;
    counters.BytesReceived += length;
    if (scratch.receiver !== this || this.#received + length > GATHER_BYTES) scratch.receiver?.deliver();
    scratch.receiver = this;
    pool.kernel.copy(scratch.inbound + this.#received, offset, length);
    this.#received += length;
  }

  /** Gives smux what `take` has gathered. */
  deliver(): void {
    const { scratch, pool } = this.config;
    const { bytes } = pool.kernel;
    const length = this.#received;
    const offset = scratch.inbound;
    this.#received = 0;
    scratch.receiver = undefined;
    if (length === 0 || this.#life === 'closed') return;
    if (!this.#snappy) {
      this.mux.input(bytes, offset, length);
      return;
    }
    try {
      this.#snappy.decoder.input(bytes, offset, length, this.#plain);
    } catch (error) {
      this.close(error instanceof EngineError ? error : new EngineError('snappy-corrupt', String(error)));
    }
  }

  // FrameSink: what smux writes goes down.

  writable(): boolean {
    const fits = this.#gathered + this.config.frameSize + FRAME_HEADER_BYTES <= GATHER_BYTES;
    return (fits || this.#gathered === 0) && this.#kcp.writable(this.#gathered);
  }

  write(bytes: Uint8Array, from: number, length: number): void {
    this.config.pool.kernel.bytes.set(
      from === 0 && length === bytes.length ? bytes : bytes.subarray(from, from + length),
      this.config.scratch.outbound + this.#gathered,
    );
    this.#gathered += length;
  }

  // DatagramOutput: what KCP writes becomes datagrams.

  ready(): boolean {
    return this.channel.writable && (this.#pacer?.ready(this.config.world.now()) ?? true);
  }

  begin(): number {
    const batch = (this.#batch ??= this.config.pool.take());
    if (batch.full) this.#ship();
    return (this.#batch ??= this.config.pool.take()).next + this.#head;
  }

  commit(length: number): void {
    const { crypt } = this.config;
    let batch = this.#batch!;
    const fec = this.#encoder;
    if (!fec) {
      this.#push(batch, this.#head + length + this.#tail);
      return;
    }
    const framed = FEC_HEADER_BYTES + length;
    const due = fec.sealData(batch.next + crypt.head, framed, this.config.world.now());
    this.#push(batch, crypt.head + framed + crypt.tail);
    for (let i = 0; i < due; i++) {
      if (batch.full) {
        this.#ship();
        batch = this.#batch ??= this.config.pool.take();
      }
      const parity = fec.writeParity(i, batch.next + crypt.head);
      this.#push(batch, crypt.head + parity + crypt.tail);
    }
  }

  #push(batch: PacketBatch, length: number): void {
    batch.push(length);
    this.#pacer?.spend(length);
  }

  #ship(): void {
    const batch = this.#batch;
    if (!batch || batch.count === 0) return;
    const { crypt, counters, pool } = this.config;
    for (let i = 0; i < batch.count; i++) counters.OutBytes += batch.lengths[i];
    counters.OutPkts += batch.count;
    crypt.seal(batch);
    this.#batch = undefined;
    if (this.channel.send(batch)) pool.give(batch);
    if (this.#state === 'idle') this.#become('dialling');
  }

  readonly #plain = (bytes: Uint8Array, offset: number, length: number): void => {
    this.mux.input(bytes, offset, length);
  };

  readonly #turn = (): void => {
    this.#scheduled = false;
    if (this.closed) return;
    const { world, counters } = this.config;
    this.channel.receive(this);
    if (this.closed) return;
    const kcp = this.#kcp;
    kcp.drain();
    if (this.#received > 0) this.deliver();
    this.mux.flush();
    this.#pump();
    if (this.closed) return;
    const now = world.now();
    const wants = kcp.settle();
    if (wants === 'all' || kcp.starved || now >= this.#flushAt) {
      const { OutSegs, RetransSegs } = counters;
      kcp.flush(now);
      this.#segmentsOut += counters.OutSegs - OutSegs;
      this.#retransmitted += counters.RetransSegs - RetransSegs;
    } else if (wants === 'acks') kcp.flush(now, true);
    this.#ship();
    if (this.closed) return;
    if (kcp.send.inFlight > 0) this.#outstandingSince ??= now;
    else this.#outstandingSince = undefined;
    if (kcp.acknowledged && (this.#state === 'idle' || this.#state === 'dialling')) this.#become('up');
    if (now >= this.#healthAt) this.#readHealth(now);
    this.#arm(now);
  };

  /** Moves smux's frames into KCP's window, as many at a time as are gathered, and compressed as snappy chunks. */
  #pump(): void {
    do {
      this.mux.pump(this);
      if (this.#gathered === 0) return;
      const { outbound, chunk } = this.config.scratch;
      if (!this.#snappy) this.#writeStream(outbound, this.#gathered);
      for (let at = 0; this.#snappy && at < this.#gathered; at += MAX_PLAIN) {
        const length = Math.min(MAX_PLAIN, this.#gathered - at);
        const written = this.#snappy.encoder.encode(outbound + at, length, chunk);
        this.#writeStream(chunk, written);
      }
      this.#gathered = 0;
    } while (this.mux.pending && this.#kcp.writable(0));
  }

  #writeStream(from: number, length: number): void {
    this.config.counters.BytesSent += length;
    this.#kcp.write(from, length);
  }

  /** One timer, moved only when it would come too late: a turn that comes too early just asks again. */
  #arm(now: number): void {
    this.#flushAt = this.#kcp.nextFlush(now);
    let at = this.#flushAt;
    if (this.#kcp.starved && this.#pacer) at = Math.min(at, now + this.#pacer.wait);
    if (at >= this.#timerAt) return;
    this.#timer?.stop();
    this.#timerAt = at;
    this.#timer = this.config.world.after(Math.max(0, at - now), () => {
      this.#timerAt = Infinity;
      // Not at once: the sockets that are ready are read first, so that waiting ACKs are not taken for lost ones.
      this.schedule();
    });
  }

  #newDecoder(): FecDecoder {
    const { pool, dataShards, parityShards, counters } = this.config;
    return new FecDecoder(pool.kernel, dataShards, parityShards, counters, (_bytes, offset, length) => {
      if (this.closed) return;
      this.#kcp.input(offset, length, this.config.world.now(), true);
    });
  }

  #readHealth(now: number): void {
    this.#healthAt = now + HEALTH_MS;
    const before = this.#health.troubles.join();
    this.#health.read({
      now,
      heardAt: this.#heardAt,
      outstandingSince: this.#outstandingSince ?? this.#forgottenSince,
      refusedAt: this.#refusedAt,
      rto: this.#kcp.rtt.rto,
      packetsIn: this.#packetsIn,
      checksumErrors: this.#checksumErrors,
      segmentsOut: this.#segmentsOut,
      retransmitted: this.#retransmitted,
    });
    const { troubles } = this.#health;
    if (this.#state === 'up' && troubles.length > 0) this.#become('degraded');
    else if (this.#state === 'degraded' && troubles.length === 0) this.#become('up');
    else if (troubles.join() !== before) this.onState(this.state, troubles);
  }

  #become(state: SessionState): void {
    this.#state = state;
    this.onState(state, this.#health.troubles);
  }
}
