import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { BatchPool } from '../kernel/batch.ts';
import { EngineError } from '../errors.ts';
import { udpHandleOf } from '../runtime/node-internals.ts';
import type { DatagramSocket, SocketOptions, SocketOwner } from './datagram-socket.ts';
import { DgramSocket, openUdp } from './dgram-socket.ts';
import { dontFragmentSupported } from './dont-fragment.ts';
import { LinuxSocket } from './linux-socket.ts';
import { probeLinux } from './linux-probe.ts';

export interface ResolvedHost {
  address: string;
  family: 4 | 6;
}

/** The network, handed in: the system's, or a simulated one. */
export interface Network {
  /**
   * Every address of a name, at least one; IPv4 first, which is what kcptun takes (Go's ResolveUDPAddr).
   * @throws EngineError `resolve-failed`
   */
  resolve(host: string): Promise<ResolvedHost[]>;
  /** @throws the system's error (EADDRINUSE, EACCES, ...) */
  open(options: SocketOptions, pool: BatchPool, owner: SocketOwner): Promise<DatagramSocket>;
  /** Whether the option `dontFragment` is heeded. */
  readonly whole?: boolean;
}

/** How datagrams are moved: `auto` takes the fastest way that passes its probe. */
export const TRANSPORTS = ['auto', 'linux', 'dgram'] as const;
export type TransportKind = (typeof TRANSPORTS)[number];

/**
 * The system's network.
 * @param transport the environment's KCPTUN_TRANSPORT goes before it
 * @param onFallback is told once why the wanted way is not taken, and once what is not there to save work
 * @param handleOf what a socket shows of libuv's handle
 */
export function systemNetwork(
  transport: TransportKind = 'auto',
  onFallback: (why: string) => void = () => {},
  handleOf = udpHandleOf,
): Network {
  const wanted = TRANSPORTS.find((kind) => kind === process.env.KCPTUN_TRANSPORT) ?? transport;
  const told = new Set<string>();
  const tell = (why: string): void => {
    if (!told.has(why)) onFallback(why);
    told.add(why);
  };
  return {
    resolve,
    whole: dontFragmentSupported(),
    async open(options, pool, owner) {
      const socket = await openUdp(options);
      const connected = options.remote !== undefined;
      const handle = handleOf(socket);
      // on Windows no socket shows its handle
      if (!handle?.waiting && process.platform !== 'win32')
        tell('this Node cannot let datagrams gather unread: busy sockets take more work');
      if (wanted !== 'dgram') {
        const probe = probeLinux(pool.kernel);
        if (probe.tables && handle) {
          return new LinuxSocket(socket, handle, connected, probe.tables, pool, owner);
        }
        tell(probe.why ?? 'the socket shows no file descriptor');
      }
      return new DgramSocket(socket, handle, connected, pool, owner);
    },
  };
}

async function resolve(host: string): Promise<ResolvedHost[]> {
  const literal = isIP(host);
  if (literal) return [{ address: host, family: literal as 4 | 6 }];
  try {
    const found = await lookup(host, { all: true });
    return found
      .map(({ address, family }): ResolvedHost => ({ address, family: family === 6 ? 6 : 4 }))
      .sort((a, b) => a.family - b.family);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new EngineError('resolve-failed', `cannot resolve '${host}' (${code})`, { cause });
  }
}
