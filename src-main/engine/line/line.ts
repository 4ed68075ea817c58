import type { LineSnapshot } from '../../../shared/snapshot.ts';
import { HEADER_BYTES } from '../kcp/segment.ts';
import { Flight } from './flight.ts';
import { GroupLog } from './group-log.ts';
import { Pacer } from './pacer.ts';
import { ParityPlan } from './parity.ts';

/** What a late timer kept back may be sent at once, up to so much. */
const BURST_MS = 5;
/** What a frame may take of the line, and the least that is worth a header of its own. */
const FRAME_MS = 4;
const FRAME_LEAST = 512;

export interface LineSettings {
  /** bytes of a datagram at most, and those of them that are KCP's */
  mtu: number;
  kcpMtu: number;
  /** ms between two flushes */
  interval: number;
  fec: { readonly dataShards: number; readonly parityShards: number } | undefined;
  /** parity as the line's loss calls for it, rather than all */
  parityByNeed: boolean;
  /** bytes/s; 0 for none */
  rateLimit: number;
}

/** A session's knowledge of its line to the peer, and what it sends by: when, how much, and with how much parity. */
export class Line {
  readonly flight: Flight;
  readonly #groups: GroupLog | undefined;
  readonly #parity: ParityPlan | undefined;
  readonly #pacer: Pacer;

  constructor({ mtu, kcpMtu, interval, fec, parityByNeed, rateLimit }: LineSettings, now: number) {
    this.#pacer = new Pacer(BURST_MS, mtu, now);
    if (fec) this.#groups = new GroupLog();
    const overhead = mtu - kcpMtu + HEADER_BYTES;
    this.flight = new Flight(kcpMtu - HEADER_BYTES, overhead, interval, this.#groups);
    if (rateLimit > 0) this.flight.model.most = rateLimit / 1000;
    if (fec && parityByNeed && this.#groups) {
      this.#parity = new ParityPlan(fec.dataShards, fec.parityShards, this.#groups);
      this.flight.onResolved = this.#parity.resolved;
    }
  }

  /** ms of a round trip over the empty line; undefined before the first */
  get propagation(): number | undefined {
    const { propagation } = this.flight.model.trips;
    return propagation === Infinity ? undefined : propagation;
  }

  /** A turn has taken in what came, and begins to send. */
  turn(now: number): void {
    this.flight.settle(now);
    this.#pacer.set(this.flight.model.pace * 1000, now);
  }

  /** Whether a datagram may go. */
  get ready(): boolean {
    return this.#pacer.ready || this.flight.model.near;
  }

  /** Milliseconds until one may. */
  get wait(): number {
    return this.#pacer.wait;
  }

  /** The longest payload of an smux frame for now: behind a long one everything else waits. */
  get frameLimit(): number {
    return Math.max(FRAME_LEAST, Math.floor(this.flight.model.rate * FRAME_MS));
  }

  spend(bytes: number): void {
    this.#pacer.spend(bytes);
    this.flight.spent(bytes);
  }

  /** A group of FEC packets has ended, with so much parity. @returns parity packets of the next, if they are by need */
  groupEnded(parity: number, now: number): number | undefined {
    this.#groups?.end(parity, now);
    return this.#parity?.next(this.flight.quiet);
  }

  /** null before the first round trip. */
  snapshot(): LineSnapshot | null {
    const { model, inFlight } = this.flight;
    if (model.trips.srtt === 0) return null;
    return {
      state: model.state,
      rate: model.rate * 1000,
      propagation: model.trips.propagation,
      queue: model.trips.queue,
      inFlight,
      window: model.window,
      pace: model.pace * 1000,
      loss: this.#parity?.known ? this.#parity.loss : null,
      parity: this.#parity?.parity ?? null,
    };
  }
}
