import { FecDecoder } from '../fec/decoder.ts';
import { FEC_HEADER_BYTES, fecKind } from '../fec/packet.ts';
import type { Kcp } from '../kcp/kcp.ts';
import type { Brake } from '../line/brake.ts';
import type { PacketBatch } from '../kernel/batch.ts';
import type { EngineContext } from './context.ts';
import type { Trial } from './trial.ts';

/** A datagram that is overtaken comes within this time. */
const LATE_MS = 1_000;

/** A peer that sends so much less parity than its groups have does so by need, and so paces itself, as only ours does. */
const BY_NEED_SHARE = 0.75;
/** That is told from so many data packets, where they take no longer than this: kcp-go leaves out parity after pauses. */
const TOLD_PACKETS = 400;
const TOLD_MS = 8_000;

/** What comes in for one session: datagrams that are open already go to FEC and KCP, and tell whether the peer is there. */
export class Downlink {
  /** ms of the engine's clock at which anything new was last received */
  heardAt = -Infinity;
  /** since when nothing comes but what knows less than the peer did */
  forgottenSince: number | undefined;
  /** datagrams so far, and those of them that did not open */
  packets = 0;
  checksumErrors = 0;
  /** on trial, nothing is kept to recover from */
  trial: Trial | undefined;
  /** is told how much comes */
  brake: Brake | undefined;
  #decoder: FecDecoder | undefined;
  /** FEC packets since `#toldAt` */
  #data = 0;
  #parity = 0;
  #toldAt = 0;
  #stopped = false;

  constructor(
    private readonly context: EngineContext,
    private readonly kcp: Kcp,
  ) {}

  /** FEC's shards that the peer has sent, and those that came; null where it sends none. */
  get shardsExpected(): number | null {
    return this.#decoder?.expected ?? null;
  }
  get shardsReceived(): number | null {
    return this.#decoder?.received ?? null;
  }

  /**
   * Datagrams [from, to) of a batch that was opened.
   * @returns whether one of them was news from the peer
   */
  input(batch: PacketBatch, from: number, to: number, now: number): boolean {
    const { head, tail } = this.context.crypt;
    this.kcp.receive.full = this.trial?.full ?? false;
    let fresh = false;
    let stale = false;
    for (let i = from; i < to && !this.#stopped; i++) {
      this.packets++;
      if (this.brake) this.brake.bytes += batch.lengths[i];
      if (!batch.ok[i]) this.checksumErrors++;
      else if (this.#datagram(batch.offsets[i] + head, batch.lengths[i] - head - tail, now)) {
        if (this.kcp.fresh) fresh = true;
        else stale = true;
      }
    }
    if (fresh) {
      this.heardAt = now;
      this.forgottenSince = undefined;
    } else if (stale && now - this.heardAt > LATE_MS) this.forgottenSince ??= now;
    return fresh;
  }

  /** Gives all memory back; what comes in afterwards is dropped. */
  dispose(): void {
    this.#stopped = true;
    this.#decoder?.dispose();
  }

  /** @returns whether KCP has taken it */
  #datagram(offset: number, length: number, now: number): boolean {
    switch (fecKind(this.context.pool.kernel.view, offset, length)) {
      case 'none':
        return this.kcp.input(offset, length, now, false);
      case 'data':
        if (this.brake && ++this.#data >= TOLD_PACKETS) this.#tell(this.brake, now);
        this.#learn(offset, length);
        return this.kcp.input(offset + FEC_HEADER_BYTES, length - FEC_HEADER_BYTES, now, false);
      case 'parity':
        this.#parity++;
        this.#learn(offset, length);
        return false;
      case 'out-of-band':
        this.context.counters.OOBPackets++;
        return false;
    }
  }

  #tell(brake: Brake, now: number): void {
    const { fec } = this.context;
    const full = fec ? (this.#data * fec.parityShards) / fec.dataShards : 0;
    if (this.#parity < BY_NEED_SHARE * full && now - this.#toldAt < TOLD_MS) brake.paced();
    this.#data = this.#parity = 0;
    this.#toldAt = now;
  }

  #learn(offset: number, length: number): void {
    if (this.trial) return;
    this.#decoder ??= this.#newDecoder();
    this.#decoder.input(offset, length);
  }

  #newDecoder(): FecDecoder {
    const { pool, fec, counters, world } = this.context;
    return new FecDecoder(
      pool.kernel,
      fec?.dataShards ?? 0,
      fec?.parityShards ?? 0,
      counters,
      (_bytes, offset, length) => {
        if (!this.#stopped) this.kcp.input(offset, length, world.now(), true);
      },
    );
  }
}
