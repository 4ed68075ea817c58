import type { Counters } from '../../../shared/counters.ts';
import { effectiveKcp, type ClientOptions, type ServerOptions } from '../../../shared/options.ts';
import { BatchPool } from '../kernel/batch.ts';
import type { PacketCrypt } from '../crypt/crypt.ts';
import { deriveKey } from '../crypt/key.ts';
import { createCrypt } from '../crypt/registry.ts';
import { sharedKernel } from '../kernel/load.ts';
import { SNAPPY_MAX_CHUNK } from '../snappy/framing.ts';
import type { World } from '../runtime/world.ts';

/** Plain bytes gathered for compression: the largest smux frame fits. */
export const GATHER_BYTES = 65_536 + 16;

/** Kernel memory (offsets) that the sessions use in turn: frames on their way out, a snappy chunk of them, and bytes that came in. */
export interface Scratch {
  readonly outbound: number;
  readonly chunk: number;
  readonly inbound: number;
  /** whose bytes are in `inbound` */
  receiver?: { deliver(): void };
}

/** What all sessions of one client or server share. Sizes are bytes, windows are segments, times are ms. */
export interface SessionConfig {
  world: World;
  counters: Counters;
  pool: BatchPool;
  scratch: Scratch;
  crypt: PacketCrypt;
  mtu: number;
  sndWnd: number;
  rcvWnd: number;
  nodelay: boolean;
  interval: number;
  resend: number;
  noCongestionWindow: boolean;
  ackNoDelay: boolean;
  dataShards: number;
  parityShards: number;
  compress: boolean;
  smuxVersion: 1 | 2;
  frameSize: number;
  receiveBuffer: number;
  streamBuffer: number;
  keepAlive: number;
  /** bytes/s, 0 for no limit */
  rateLimit: number;
  sockbuf: number;
  dscp: number;
}

/** The portable ciphers can be forced with `native: false`; see `createCrypt`. */
export function sessionConfig(
  options: ClientOptions | ServerOptions,
  world: World,
  counters: Counters,
  native = true,
): SessionConfig {
  const kernel = sharedKernel();
  const { nodelay, interval, resend, nc } = effectiveKcp(options);
  return {
    world,
    counters,
    pool: new BatchPool(kernel),
    scratch: {
      outbound: kernel.arena.alloc(GATHER_BYTES),
      chunk: kernel.arena.alloc(SNAPPY_MAX_CHUNK),
      inbound: kernel.arena.alloc(GATHER_BYTES),
    },
    crypt: createCrypt(options.crypt, deriveKey(options.key), {
      kernel,
      native,
      randomFill: (bytes) => world.randomFill(bytes),
    }),
    mtu: options.mtu,
    sndWnd: options.sndwnd,
    rcvWnd: options.rcvwnd,
    nodelay: nodelay > 0,
    interval,
    resend,
    noCongestionWindow: nc > 0,
    ackNoDelay: options.acknodelay,
    dataShards: options.datashard,
    parityShards: options.parityshard,
    compress: !options.nocomp,
    smuxVersion: options.smuxver === 1 ? 1 : 2,
    frameSize: options.framesize,
    receiveBuffer: options.smuxbuf,
    streamBuffer: options.streambuf,
    keepAlive: options.keepalive * 1000,
    rateLimit: options.ratelimit,
    sockbuf: options.sockbuf,
    dscp: options.dscp,
  };
}
