import { EngineError, SmuxVersionError } from '../errors.ts';
import {
  FIN,
  FRAME_HEADER_BYTES,
  NOP,
  PSH,
  readU16,
  readU32,
  type SmuxVersion,
  SYN,
  UPD,
  UPDATE_BYTES,
} from './frame.ts';

const NOTHING = new Uint8Array(0);

/** What a decoder tells, in the order of the wire. */
export interface FrameHandler {
  syn(id: number): void;
  fin(id: number): void;
  /** A data frame begins; its bytes follow by `payload`, `length` of them in all. */
  push(id: number, length: number): void;
  /** The next bytes of the data frame; they are only there during the call. */
  payload(bytes: Uint8Array, from: number, length: number): void;
  update(id: number, consumed: number, window: number): void;
}

/** Takes smux frames out of a byte stream, however it is cut. Holds at most one header or one UPD back. */
export class FrameDecoder {
  /** a header that came in pieces, or the body of an UPD that did */
  #held = NOTHING;
  #heldLength = 0;
  /** the stream of the UPD whose body is awaited, or -1 */
  #updateId = -1;
  /** payload bytes of the current data frame still to come */
  #payloadLeft = 0;
  #stopped = false;

  constructor(
    private readonly version: SmuxVersion,
    private readonly handler: FrameHandler,
  ) {}

  /** Takes nothing more, even of the bytes that are being decoded. */
  stop(): void {
    this.#stopped = true;
  }

  /** @throws {EngineError} smux-version or smux-protocol: the rest of the byte stream means nothing. */
  decode(bytes: Uint8Array, from: number, length: number): void {
    const end = from + length;
    while (from < end && !this.#stopped) {
      if (this.#payloadLeft > 0) {
        const n = Math.min(this.#payloadLeft, end - from);
        this.#payloadLeft -= n;
        this.handler.payload(bytes, from, n);
        from += n;
      } else if (this.#heldLength === 0 && end - from >= FRAME_HEADER_BYTES) {
        this.#take(bytes, from);
        from += FRAME_HEADER_BYTES;
      } else {
        if (this.#held === NOTHING) this.#held = new Uint8Array(FRAME_HEADER_BYTES);
        while (from < end && this.#heldLength < FRAME_HEADER_BYTES)
          this.#held[this.#heldLength++] = bytes[from++];
        if (this.#heldLength < FRAME_HEADER_BYTES) {
          // a wrong version is said as soon as it is seen: the rest of such a header may never come
          if (this.#updateId < 0) this.#checkVersion(this.#held[0]);
          return;
        }
        this.#heldLength = 0;
        this.#take(this.#held, 0);
      }
    }
  }

  /** Takes 8 bytes: a header, or the body of an UPD, which is as long. */
  #take(bytes: Uint8Array, at: number): void {
    if (this.#updateId >= 0) {
      const id = this.#updateId;
      this.#updateId = -1;
      this.handler.update(id, readU32(bytes, at), readU32(bytes, at + 4));
      return;
    }
    this.#checkVersion(bytes[at]);
    const cmd = bytes[at + 1];
    const length = readU16(bytes, at + 2);
    const id = readU32(bytes, at + 4);
    switch (cmd) {
      case SYN:
        expectLength('SYN', length, 0);
        return this.handler.syn(id);
      case FIN:
        expectLength('FIN', length, 0);
        return this.handler.fin(id);
      case NOP:
        return expectLength('NOP', length, 0);
      case PSH:
        if (length === 0) return;
        this.#payloadLeft = length;
        return this.handler.push(id, length);
      case UPD:
        if (this.version !== 2) throw new EngineError('smux-protocol', 'smux: UPD in version 1');
        expectLength('UPD', length, UPDATE_BYTES);
        this.#updateId = id;
        return;
      default:
        throw new EngineError('smux-protocol', `smux: command ${cmd}, expected 0 to 4`);
    }
  }

  #checkVersion(seen: number): void {
    if (seen === this.version) return;
    const likely =
      seen === 1 || seen === 2
        ? 'smuxver must be equal at both ends'
        : 'nocomp or key may differ at the two ends';
    throw new SmuxVersionError(seen, `smux: version ${seen} seen, ${this.version} expected; ${likely}`);
  }
}

function expectLength(cmd: string, length: number, expected: number): void {
  if (length !== expected)
    throw new EngineError('smux-protocol', `smux: ${cmd} with length ${length}, expected ${expected}`);
}
