import { type Counters, zeroCounters } from '../../shared/counters.ts';
import { FecDecoder } from '../../src-main/engine/fec/decoder.ts';
import { FecEncoder } from '../../src-main/engine/fec/encoder.ts';
import { FEC_HEADER_BYTES } from '../../src-main/engine/fec/packet.ts';
import type { Kernel } from '../../src-main/engine/kernel/kernel.ts';

const ROOM = 1504;

/** Seals payloads into packets, parity and all. */
export class FecSource {
  readonly encoder: FecEncoder;
  readonly #room: number;

  constructor(
    private readonly kernel: Kernel,
    dataShards: number,
    parityShards: number,
  ) {
    this.encoder = new FecEncoder(kernel, dataShards, parityShards);
    this.#room = kernel.arena.alloc(ROOM);
  }

  /** The packets that go out for one payload. */
  send(payload: Uint8Array, nowMs = 0): Buffer[] {
    const { bytes } = this.kernel;
    const packet = (length: number): Buffer => Buffer.from(bytes.slice(this.#room, this.#room + length));
    bytes.set(payload, this.#room + FEC_HEADER_BYTES);
    const length = FEC_HEADER_BYTES + payload.length;
    const due = this.encoder.sealData(this.#room, length, nowMs);
    const packets = [packet(length)];
    for (let i = 0; i < due; i++) packets.push(packet(this.encoder.writeParity(i, this.#room)));
    return packets;
  }
}

/** Takes packets, and keeps what was recovered. */
export class FecTarget {
  readonly counters: Counters = zeroCounters();
  readonly recovered: Buffer[] = [];
  readonly decoder: FecDecoder;
  readonly #room: number;

  constructor(
    private readonly kernel: Kernel,
    dataShards: number,
    parityShards: number,
  ) {
    this.#room = kernel.arena.alloc(ROOM);
    this.decoder = new FecDecoder(kernel, dataShards, parityShards, this.counters, (bytes, offset, length) =>
      this.recovered.push(Buffer.from(bytes.slice(offset, offset + length))),
    );
  }

  receive(packets: Iterable<Uint8Array>): void {
    for (const packet of packets) {
      this.kernel.bytes.set(packet, this.#room);
      this.decoder.input(this.#room, packet.length);
    }
  }
}
