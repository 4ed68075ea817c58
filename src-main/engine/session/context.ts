import { collectorFound } from '../runtime/collector.ts';
import type { Counters } from '../../../shared/counters.ts';
import { effectiveKcp, type ClientOptions, isPaced, type ServerOptions } from '../../../shared/options.ts';
import { fecIsOn } from '../../../shared/options-rules.ts';
import { KEEPALIVE_TIMEOUT } from '../../../shared/wire.ts';
import type { PacketCrypt } from '../crypt/crypt.ts';
import { deriveKey } from '../crypt/key.ts';
import { createCrypt } from '../crypt/registry.ts';
import { FEC_HEADER_BYTES } from '../fec/packet.ts';
import type { KcpSettings } from '../kcp/kcp.ts';
import { BatchPool } from '../kernel/batch.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { sharedKernel } from '../kernel/load.ts';
import type { LineSettings } from '../line/line.ts';
import type { SmuxSettings } from '../smux/session.ts';
import { SNAPPY_MAX_CHUNK } from '../snappy/framing.ts';
import type { SocketOptions } from '../transport/datagram-socket.ts';
import type { World } from '../runtime/world.ts';
import { traced } from './trace.ts';

/** Plain bytes gathered for compression: the largest smux frame fits. */
export const GATHER_BYTES = 65_536 + 16;
/** What is gathered is written whole once there is room for a segment; snappy may add a little to it. */
const WRITE_BYTES = GATHER_BYTES + 4096;
export const KEEPALIVE_TIMEOUT_MS = KEEPALIVE_TIMEOUT * 1000;

/** Kernel memory (offsets) that all sessions of a thread use in turn, and leave empty. */
export interface StagingBuffers {
  /** GATHER_BYTES for smux frames on their way out */
  readonly outbound: number;
  /** SNAPPY_MAX_CHUNK for a chunk of them */
  readonly chunk: number;
  /** GATHER_BYTES for stream bytes that came in */
  readonly inbound: number;
}

const stagings = new WeakMap<Kernel, StagingBuffers>();

function stagingOf(kernel: Kernel): StagingBuffers {
  let staging = stagings.get(kernel);
  if (!staging) {
    staging = {
      outbound: kernel.arena.alloc(GATHER_BYTES),
      chunk: kernel.arena.alloc(SNAPPY_MAX_CHUNK),
      inbound: kernel.arena.alloc(GATHER_BYTES),
    };
    stagings.set(kernel, staging);
  }
  return staging;
}

/** What one client or server gives all its sessions. */
export interface EngineContext {
  readonly world: World;
  readonly counters: Counters;
  readonly pool: BatchPool;
  readonly staging: StagingBuffers;
  readonly crypt: PacketCrypt;
  readonly kcp: KcpSettings;
  readonly smux: SmuxSettings;
  /** what is sent; undefined for none. What comes in is learnt from the peer. */
  readonly fec: { readonly dataShards: number; readonly parityShards: number } | undefined;
  readonly compress: boolean;
  /** bytes of a datagram at most */
  readonly mtu: number;
  /** what is sent goes by what is known of the line; undefined where kcptun's own timing holds */
  readonly line: LineSettings | undefined;
  /** bytes/s, 0 for no limit */
  readonly rateLimit: number;
  readonly socket: Pick<SocketOptions, 'sockbuf' | 'dscp'>;
}

/** @param trace told of every datagram's headers, see `traced` */
export function engineContext(
  options: ClientOptions | ServerOptions,
  world: World,
  counters: Counters,
  trace?: (line: string) => void,
): EngineContext {
  // before the first traffic: V8's nursery is to have its size by then
  collectorFound();
  const kernel = sharedKernel();
  const untraced = createCrypt(options.crypt, deriveKey(options.key), {
    kernel,
    randomFill: (bytes) => world.randomFill(bytes),
  });
  const crypt = trace ? traced(untraced, world, trace) : untraced;
  const { nodelay, interval, resend, nc } = effectiveKcp(options);
  const fec = fecIsOn(options)
    ? { dataShards: options.datashard, parityShards: options.parityshard }
    : undefined;
  const kcpMtu = options.mtu - crypt.head - crypt.tail - (fec ? FEC_HEADER_BYTES : 0);
  const paced = isPaced(options);
  return {
    world,
    counters,
    pool: BatchPool.of(kernel),
    staging: stagingOf(kernel),
    crypt,
    kcp: {
      mtu: kcpMtu,
      sndWnd: options.sndwnd,
      rcvWnd: options.rcvwnd,
      nodelay: nodelay > 0,
      interval,
      resend,
      noCongestionWindow: nc > 0,
      ackNoDelay: options.acknodelay,
      writeBytes: WRITE_BYTES,
      repeatAcks: paced,
    },
    smux: {
      version: options.smuxver === 1 ? 1 : 2,
      frameSize: options.framesize,
      receiveBuffer: options.smuxbuf,
      streamBuffer: options.streambuf,
      keepAliveMs: options.keepalive * 1000,
      keepAliveTimeoutMs: KEEPALIVE_TIMEOUT_MS,
    },
    fec,
    compress: !options.nocomp,
    mtu: options.mtu,
    line: paced
      ? {
          mtu: options.mtu,
          kcpMtu,
          interval,
          fec,
          parityByNeed: options.parity === 'auto',
          rateLimit: options.ratelimit,
        }
      : undefined,
    rateLimit: options.ratelimit,
    socket: { sockbuf: options.sockbuf, dscp: options.dscp },
  };
}
