import type { PacketBatch } from '../kernel/batch.ts';
import { FecEncoder } from '../fec/encoder.ts';
import { FEC_HEADER_BYTES } from '../fec/packet.ts';
import type { DatagramOutput } from '../kcp/segment-writer.ts';
import type { Line } from '../line/line.ts';
import { Pacer } from '../line/pacer.ts';
import type { EngineContext } from './context.ts';
import type { Trial } from './trial.ts';

/** What ratelimit kept back on a busy machine or in an idle moment may be sent at once, up to so much. */
const LIMIT_BURST_MS = 100;

/** The way to one peer. */
export interface Channel {
  /** host:port of the peer */
  readonly remote: string;
  readonly writable: boolean;
  /** Called first in a turn: gives the session what has come in and was not given yet. */
  receive(): void;
  /** @returns false where the batch's memory is still needed, and goes back to the pool by itself */
  send(batch: PacketBatch): boolean;
  close(): void;
}

/** What KCP writes becomes datagrams: gathered in a batch for one turn, with FEC, paced, sealed and sent together. */
export class Uplink implements DatagramOutput {
  readonly #encoder: FecEncoder | undefined;
  readonly #limit: Pacer | undefined;
  /** room in front of KCP's bytes, and behind */
  readonly #head: number;
  readonly #tail: number;
  #batch: PacketBatch | undefined;
  /** paces what is sent, and says how much parity it gets */
  line: Line | undefined;
  /** bytes of parity datagrams; kcptun's counters have no place for them */
  paritySent = 0;
  /** something has been sent */
  begun = false;
  /** limits what is sent while it lasts */
  trial: Trial | undefined;

  constructor(
    private readonly context: EngineContext,
    private readonly channel: Channel,
  ) {
    const { crypt, fec, pool, rateLimit, mtu, world } = context;
    if (fec) this.#encoder = new FecEncoder(pool.kernel, fec.dataShards, fec.parityShards);
    this.#head = crypt.head + (fec ? FEC_HEADER_BYTES : 0);
    this.#tail = crypt.tail;
    if (rateLimit > 0) {
      this.#limit = new Pacer(LIMIT_BURST_MS, mtu, world.now());
      this.#limit.set(rateLimit, world.now());
    }
  }

  /** A turn begins to send. */
  turn(now: number): void {
    this.#limit?.refill(now);
    this.line?.turn(now);
  }

  /** Milliseconds until pacing lets a datagram go. */
  get wait(): number {
    return Math.max(this.#limit?.wait ?? 0, this.line?.wait ?? 0);
  }

  ready(): boolean {
    if (this.trial?.credit === false) return false;
    return this.channel.writable && this.#limit?.ready !== false && this.line?.ready !== false;
  }

  begin(): number {
    const batch = (this.#batch ??= this.context.pool.take());
    if (batch.full) this.ship();
    return (this.#batch ??= this.context.pool.take()).next + this.#head;
  }

  commit(length: number, data: boolean): void {
    const { crypt } = this.context;
    let batch = this.#batch!;
    const fec = this.#encoder;
    if (!fec) {
      this.#push(batch, this.#head + length + this.#tail, data);
      return;
    }
    const framed = FEC_HEADER_BYTES + length;
    const now = this.context.world.now();
    const due = fec.sealData(batch.next + crypt.head, framed, now);
    if (this.line && fec.between) fec.parity = this.line.groupEnded(due, now) ?? fec.parity;
    this.#push(batch, crypt.head + framed + crypt.tail, data);
    for (let i = 0; i < due; i++) {
      if (batch.full) {
        this.ship();
        batch = this.#batch ??= this.context.pool.take();
      }
      const parity = fec.writeParity(i, batch.next + crypt.head);
      const length = crypt.head + parity + crypt.tail;
      this.paritySent += length;
      this.#push(batch, length, data);
    }
  }

  /** Sends what has been written. */
  ship(): void {
    const batch = this.#batch;
    if (!batch || batch.count === 0) return;
    const { crypt, counters, pool } = this.context;
    this.#batch = undefined;
    if (this.trial && !this.#affordable(batch, this.trial)) {
      pool.give(batch);
      return;
    }
    for (let i = 0; i < batch.count; i++) counters.OutBytes += batch.lengths[i];
    counters.OutPkts += batch.count;
    crypt.seal(batch);
    this.begun = true;
    if (this.channel.send(batch)) pool.give(batch);
  }

  /** Gives all memory back; what was written and not shipped is lost. */
  dispose(): void {
    this.#encoder?.dispose();
    if (this.#batch) this.context.pool.give(this.#batch);
    this.#batch = undefined;
  }

  #affordable(batch: PacketBatch, trial: Trial): boolean {
    let bytes = 0;
    for (let i = 0; i < batch.count; i++) bytes += batch.lengths[i];
    return trial.spend(bytes);
  }

  #push(batch: PacketBatch, length: number, data: boolean): void {
    batch.push(length);
    if (data) this.line?.spend(length);
    if (!this.#limit) return;
    this.#limit.spend(length);
    // what ratelimit lets through is no measure of the line
    if (!this.#limit.ready) this.line?.flight.limited();
  }
}
