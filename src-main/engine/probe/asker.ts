import type { ProbedEndpoint } from '../../../shared/probe.ts';
import type { PacketCrypt } from '../crypt/crypt.ts';
import { DATA, FEC_HEADER_BYTES, fecKind, SHARD_OFFSET, TYPE_OFFSET } from '../fec/packet.ts';
import type { BatchPool } from '../kernel/batch.ts';
import type { World } from '../runtime/world.ts';
import type { DatagramSocket, SocketOwner } from '../transport/datagram-socket.ts';
import type { Network } from '../transport/network.ts';
import {
  type AnswerListener,
  NUMBERED_BYTES,
  readAnswer,
  writeAck,
  writeFirst,
  writeQuestion,
} from './question.ts';

/** A crypt that is asked for, with the conversation of its questions: an answer names what opened it. */
export interface Candidate {
  crypt: PacketCrypt;
  conv: number;
  /** when it was first asked for: the server's session began a moment later */
  askedAt?: number;
}

/** How a question is framed: a server of 2017 understands only its own way. */
export type Framing = 'plain' | 'fec';

/**
 * Our packets' seqids lie so far apart that no two are of one group, whatever its size: nothing is rebuilt of them, and
 * no shape learned.
 */
const SEQID_STEP = 257;
const SOCKET_BUFFER = 1 << 18;
/** A server pushes a heartbeat a second at most, for as long as a probe lasts; what is more is not kept. */
const MOST_PUSHED = 32;
/** Repeats are acknowledged too, but not without end. */
const MOST_ACKS = 64;

/** What an asker hears, of one candidate. */
export interface AskerListener extends AnswerListener {
  /** A datagram of the server opened, with the candidate that opened it. */
  heard(candidate: Candidate): void;
  /** The server's packets carry FEC: this one's seqid, and whether it is data. */
  shard(seqid: number, isData: boolean): void;
}

/** Asks one endpoint in one framing, from a socket of its own: one session at the server. */
export class Asker implements SocketOwner {
  readonly candidates: Candidate[] = [];
  listener: AskerListener | undefined;
  onRefused: () => void = () => {};
  /** datagrams */
  sent = 0;
  /** the candidate that has answered */
  candidate: Candidate | undefined;
  #socket: DatagramSocket | undefined;
  #seqid = 0;
  #scheduled = false;
  #closed = false;
  /** what the server has pushed, so that a repeat is told once, and the first sn that it has not */
  readonly #pushed = new Set<number>();
  #una = 0;
  #acks = 0;

  constructor(
    readonly endpoint: ProbedEndpoint,
    readonly framing: Framing,
    private readonly world: World,
    private readonly pool: BatchPool,
  ) {}

  /** @throws the system's error */
  async open(network: Network, family: 4 | 6): Promise<void> {
    const { address, port } = this.endpoint;
    this.#socket = await network.open(
      { family, remote: { address, port }, sockbuf: SOCKET_BUFFER, dscp: 0, dontFragment: true },
      this.pool,
      this,
    );
    if (this.#closed) this.#socket.close();
  }

  /** Bytes of the datagram of a question with a number, without its filling; for one that was answered. */
  get questionBytes(): number {
    const { head = 0, tail = 0 } = this.candidate?.crypt ?? {};
    return head + (this.framing === 'fec' ? FEC_HEADER_BYTES : 0) + NUMBERED_BYTES + tail;
  }

  /** Sends a question; see `writeQuestion`. */
  ask({ crypt, conv }: Candidate, number: number | null = null, filling = 0): void {
    this.#send(crypt, (at) => writeQuestion(this.pool.kernel, at, conv, number, filling));
  }

  /** Sends the first bytes of a stream, which the server hands to smux. */
  begin({ crypt, conv }: Candidate, data: Uint8Array): void {
    this.#send(crypt, (at) => writeFirst(this.pool.kernel, at, conv, data));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket?.close();
  }

  readable(full: boolean): void {
    if (full) this.#receive();
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.world.endOfTurn(() => {
      this.#scheduled = false;
      this.#receive();
    });
  }

  drained(): void {}

  refused(): void {
    if (this.endpoint.heard === 'silent') this.endpoint.heard = 'refused';
    this.onRefused();
  }

  failed(): void {
    this.close();
  }

  #send(crypt: PacketCrypt, write: (at: number) => number): void {
    if (this.#closed || !this.#socket) return;
    const batch = this.pool.take();
    const start = batch.next + crypt.head;
    const framed = this.framing === 'fec' ? FEC_HEADER_BYTES : 0;
    const length = write(start + framed);
    if (framed > 0) {
      const { view } = this.pool.kernel;
      view.setUint32(start, this.#seqid, true);
      view.setUint16(start + TYPE_OFFSET, DATA, true);
      view.setUint16(start + SHARD_OFFSET, length + framed - SHARD_OFFSET, true);
      this.#seqid += SEQID_STEP;
    }
    batch.push(crypt.head + framed + length + crypt.tail);
    crypt.seal(batch);
    this.sent++;
    if (this.#socket.send(batch)) this.pool.give(batch);
  }

  #receive(): void {
    if (this.#closed || !this.#socket) return;
    for (let batch = this.#socket.receive(); batch; batch = this.#socket.receive()) {
      for (let i = 0; i < batch.count; i++) {
        const { bytes } = batch.kernel;
        this.#datagram(bytes.subarray(batch.offsets[i], batch.offsets[i] + batch.lengths[i]));
        if (this.#closed) return;
      }
    }
  }

  /** Opening works in place: each candidate gets a copy. */
  #datagram(datagram: Uint8Array): void {
    const copy = this.pool.take();
    for (const candidate of this.candidate ? [this.candidate] : this.candidates) {
      const { crypt } = candidate;
      copy.clear();
      copy.kernel.bytes.set(datagram, copy.next);
      copy.push(datagram.length);
      crypt.open(copy);
      const length = datagram.length - crypt.head - crypt.tail;
      if (copy.ok[0] && this.#opened(candidate, copy.offsets[0] + crypt.head, length)) break;
    }
    this.pool.give(copy);
  }

  /** @returns whether it was meant for this candidate */
  #opened(candidate: Candidate, at: number, length: number): boolean {
    const { kernel } = this.pool;
    const kind = fecKind(kernel.view, at, length);
    const framed = kind === 'none' ? 0 : FEC_HEADER_BYTES;
    const seqid = kernel.view.getUint32(at, true);
    if (kind === 'parity') {
      // it names no conversation, so it proves nothing before an answer has
      if (this.candidate) this.listener?.shard(seqid, false);
      return this.candidate !== undefined;
    }
    const { conv } = candidate;
    // before anything is told of it, the first answer says who it is from
    const isOurs =
      length - framed >= 4 && kind !== 'out-of-band' && kernel.view.getUint32(at + framed, true) === conv;
    if (!isOurs) return false;
    return readAnswer(kernel, at + framed, length - framed, conv, {
      window: (segments, clock, una) => {
        if (!this.candidate) {
          this.candidate = candidate;
          this.endpoint.heard = 'answered';
          this.listener?.heard(candidate);
        }
        if (kind === 'data') this.listener?.shard(seqid, true);
        this.listener?.window(segments, clock, una);
      },
      answered: (number) => this.listener?.answered(number),
      pushed: (sn, ts, bytes) => {
        if (sn >= MOST_PUSHED || this.#acks >= MOST_ACKS) return;
        this.#acks++;
        const fresh = !this.#pushed.has(sn);
        this.#pushed.add(sn);
        while (this.#pushed.has(this.#una)) this.#una++;
        if (fresh) this.listener?.pushed(sn, ts, bytes);
        this.#send(candidate.crypt, (room) => writeAck(kernel, room, conv, sn, ts, this.#una));
      },
    });
  }
}
