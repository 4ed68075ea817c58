import type { ReceiveWindow } from './receive-window.ts';
import { CMD_ACK, diff } from './segment.ts';
import type { SegmentWriter } from './segment-writer.ts';

const NO_ACKS = new Int32Array(0);
/** Words of the list at first. */
const FIRST_ACKS = 8;
/** So many are held until the next flush with any receive window; with a larger one, twice as many as it has segments. */
const LEAST_ACKS = 1024;
/** So many flushes at first, and one in so many later, show that we pace ourselves. */
const SHOWN_FIRST = 32;
const SHOWN_EVERY = 32;

/** The ACKs that wait for a flush: (sn, ts) of the PUSHes to answer. */
export class AckList {
  count = 0;
  /**
   * Shows the peer that we pace ourselves, so that it need not brake us. An ACK that una covers is written twice then, which
   * tells nothing else; kcp-go writes such a one only once, and last.
   */
  shows = false;
  #shown = 0;
  #acks = new Int32Array(FIRST_ACKS);
  /** those of the flush before, for `#writeAgain` */
  #before = NO_ACKS;
  #beforeCount = 0;

  /** @param repeats sends ACKs once more while something is missing */
  constructor(
    private readonly receive: ReceiveWindow,
    private readonly repeats: boolean,
  ) {}

  /** What finds no room is as if its ACK were lost. */
  add(sn: number, ts: number): void {
    const at = this.count * 2;
    if (at === this.#acks.length) {
      if (this.count >= Math.max(LEAST_ACKS, 2 * this.receive.size)) return;
      const grown = new Int32Array(at * 2);
      grown.set(this.#acks);
      this.#acks = grown;
    }
    this.#acks[at] = sn;
    this.#acks[at + 1] = ts;
    this.count++;
  }

  /** Writes all of them. */
  flush(writer: SegmentWriter): void {
    if (this.repeats) this.#writeAgain(writer);
    const { brake } = writer;
    const last = this.count - 1;
    for (let i = 0; i <= last; i++) {
      const sn = this.#acks[i * 2];
      // una already tells everything below nxt; the last one stays for its timestamp.
      if (i !== last && diff(sn, this.receive.nxt) < 0) continue;
      const older = i === last && brake?.braking ? brake.older() : 0;
      const ts = (this.#acks[i * 2 + 1] - older) | 0;
      if (i === last && this.shows && diff(sn, this.receive.nxt) < 0) this.#show(writer, sn, ts);
      writer.control(CMD_ACK, sn, ts);
    }
    this.count = 0;
  }

  #show(writer: SegmentWriter, sn: number, ts: number): void {
    const at = this.#shown++;
    if (at < SHOWN_FIRST || at % SHOWN_EVERY === 0) writer.control(CMD_ACK, sn, ts);
  }

  /**
   * While something is missing, una tells nothing of what came behind it, and a lost datagram of ACKs looks like as many
   * lost segments: the ACKs of the flush before are sent once more. They go first, as the peer takes a round trip from
   * the last.
   */
  #writeAgain(writer: SegmentWriter): void {
    const now = this.count;
    if (now === 0) return;
    for (let i = 0; i < this.#beforeCount; i++) {
      const sn = this.#before[i * 2];
      if (diff(sn, this.receive.nxt) > 0) writer.control(CMD_ACK, sn, this.#before[i * 2 + 1]);
    }
    this.#beforeCount = this.receive.ahead > 0 ? now : 0;
    if (this.#beforeCount === 0) return;
    if (this.#before.length < now * 2) this.#before = new Int32Array(this.#acks.length);
    for (let i = 0; i < now * 2; i++) this.#before[i] = this.#acks[i];
  }
}
