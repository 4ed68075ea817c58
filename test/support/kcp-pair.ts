import { zeroCounters } from '../../shared/counters.ts';
import { type Conversation, Kcp, type KcpSettings } from '../../src-main/engine/kcp/kcp.ts';
import type { DatagramOutput } from '../../src-main/engine/kcp/segment-writer.ts';
import { createKernel } from '../../src-main/engine/kernel/load.ts';
import { PRESETS } from '../../shared/options.ts';
import { type LinkConditions, PERFECT, SimulatedLink, type Simulation } from './simulation.ts';

const kernel = createKernel('plain');

export type KcpOptions = KcpSettings & Conversation;

export const kcpOptions = (over: Partial<KcpOptions> = {}): KcpOptions => ({
  conv: 0x11223344,
  epoch: 0,
  mtu: 1330,
  sndWnd: 128,
  rcvWnd: 512,
  nodelay: PRESETS.fast3.nodelay > 0,
  interval: PRESETS.fast3.interval,
  resend: PRESETS.fast3.resend,
  noCongestionWindow: true,
  ackNoDelay: false,
  writeBytes: 65_536,
  repeatAcks: false,
  ...over,
});

/** One end: a Kcp that sends what it is given as its window allows, and keeps what it receives. */
export class KcpEnd implements DatagramOutput {
  /** where datagrams are written and read: one coming in, one going out */
  readonly #in = kernel.arena.alloc(2048);
  readonly #out = kernel.arena.alloc(2048);
  readonly #writing = kernel.arena.alloc(65_536);
  readonly counters = zeroCounters();
  readonly kcp: Kcp;
  readonly received: number[] = [];
  receivedBytes = 0;
  /** a running checksum of the received stream, order-dependent */
  digest = 0;
  wantsBytes = true;
  transmit: (datagram: Uint8Array) => void = () => {};
  #outbox: Uint8Array = new Uint8Array(0);
  #sent = 0;
  #scheduled = false;
  #timer: { stop(): void } | undefined;

  constructor(
    private readonly world: Simulation,
    options: Partial<KcpOptions> = {},
    keep = true,
  ) {
    const all = kcpOptions(options);
    this.kcp = new Kcp(
      all,
      all,
      this,
      {
        readable: () => this.wantsBytes,
        take: (offset, length) => {
          const { bytes } = kernel;
          for (let i = offset; i < offset + length; i++) {
            if (keep) this.received.push(bytes[i]);
            this.digest = (Math.imul(this.digest, 31) + bytes[i]) | 0;
          }
          this.receivedBytes += length;
        },
      },
      this.counters,
      kernel,
    );
  }

  send(bytes: Uint8Array): void {
    const rest = this.#outbox.subarray(this.#sent);
    this.#outbox = new Uint8Array(rest.length + bytes.length);
    this.#outbox.set(rest);
    this.#outbox.set(bytes, rest.length);
    this.#sent = 0;
    this.turnSoon();
  }

  input(datagram: Uint8Array): boolean {
    kernel.bytes.set(datagram, this.#in);
    const whole = this.kcp.input(this.#in, datagram.length, this.world.now(), false);
    this.turnSoon();
    return whole;
  }

  /** At most 64 KiB, past the window. */
  write(data: Uint8Array): void {
    kernel.bytes.set(data, this.#writing);
    this.kcp.write(this.#writing, data.length);
  }

  /** Gives back the memory of the kernel that all ends share. */
  dispose(): void {
    this.kcp.dispose();
    for (const offset of [this.#in, this.#out, this.#writing]) kernel.arena.free(offset);
  }

  turnSoon(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.world.endOfTurn(() => this.#turn());
  }

  #turn(): void {
    this.#scheduled = false;
    const { kcp, world } = this;
    kcp.drain();
    while (this.#sent < this.#outbox.length && kcp.writable(0)) {
      const n = Math.min(8192, this.#outbox.length - this.#sent);
      this.write(this.#outbox.subarray(this.#sent, this.#sent + n));
      this.#sent += n;
    }
    const wants = kcp.settle(world.now());
    if (wants === 'all' || world.now() >= this.#flushAt) kcp.flush(world.now());
    else if (wants === 'acks') kcp.flush(world.now(), true);
    this.#flushAt = kcp.nextFlush(world.now());
    this.#timer?.stop();
    if (this.#flushAt < Infinity) {
      this.#timer = world.after(this.#flushAt - world.now(), () => this.turnSoon());
    }
  }
  #flushAt = Infinity;

  ready(): boolean {
    return true;
  }
  begin(): number {
    return this.#out;
  }
  commit(length: number): void {
    this.transmit(kernel.bytes.slice(this.#out, this.#out + length));
  }
}

export function kcpPair(
  world: Simulation,
  conditions: Partial<LinkConditions> = {},
  options: Partial<KcpOptions> = {},
  keep = true,
): { a: KcpEnd; b: KcpEnd; there: SimulatedLink; back: SimulatedLink } {
  const a = new KcpEnd(world, options, keep);
  const b = new KcpEnd(world, options, keep);
  const there = new SimulatedLink(world, { ...PERFECT, ...conditions }, (datagram) => void b.input(datagram));
  const back = new SimulatedLink(world, { ...PERFECT, ...conditions }, (datagram) => void a.input(datagram));
  a.transmit = (datagram) => there.send(datagram);
  b.transmit = (datagram) => back.send(datagram);
  return { a, b, there, back };
}
