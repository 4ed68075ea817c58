import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { BatchPool } from '../batch.ts';
import { EngineError } from '../errors.ts';
import type { DatagramSocket, SocketOptions, SocketOwner } from './datagram-socket.ts';
import { DgramSocket } from './dgram-socket.ts';

export interface ResolvedHost {
  address: string;
  family: 4 | 6;
}

/** The network, handed in: the system's, or a simulated one. */
export interface Network {
  /** @throws EngineError `resolve-failed` */
  resolve(host: string): Promise<ResolvedHost>;
  /** @throws the system's error (EADDRINUSE, EACCES, ...) */
  open(options: SocketOptions, pool: BatchPool, owner: SocketOwner): Promise<DatagramSocket>;
}

export const systemNetwork: Network = {
  async resolve(host) {
    const literal = isIP(host);
    if (literal) return { address: host, family: literal as 4 | 6 };
    try {
      const { address, family } = await lookup(host);
      return { address, family: family === 6 ? 6 : 4 };
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      throw new EngineError('resolve-failed', `cannot resolve '${host}' (${code})`, { cause });
    }
  },
  open: (options, pool, owner) => DgramSocket.open(options, pool, owner),
};
