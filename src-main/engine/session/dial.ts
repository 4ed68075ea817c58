import type { HostPorts } from '../../../shared/address.ts';
import { EngineError } from '../errors.ts';
import { type Channel, KcpSession } from './session.ts';
import type { SessionConfig } from './context.ts';
import type { DatagramSocket, SocketOwner } from '../transport/datagram-socket.ts';
import type { Network } from '../transport/network.ts';

/** Dialling an address without a host means this machine, as in Go. */
const LOOPBACK = '127.0.0.1';

/**
 * A new session to the server, on a socket of its own, with the name resolved again and a port drawn from the range.
 * It is not proved to be up: `KcpSession.probe` has sent something that a server acknowledges.
 * @throws EngineError `resolve-failed`, `socket-failed`
 */
export async function dial(config: SessionConfig, remote: HostPorts, network: Network): Promise<KcpSession> {
  const { world, pool } = config;
  const host = await network.resolve(remote.host || LOOPBACK);
  const port = remote.minPort + Math.floor(world.random() * (remote.maxPort - remote.minPort + 1));
  const channel = new SocketChannel(
    config,
    `${host.family === 6 ? `[${host.address}]` : host.address}:${port}`,
  );
  try {
    channel.socket = await network.open(
      {
        family: host.family,
        remote: { address: host.address, port },
        sockbuf: config.sockbuf,
        dscp: config.dscp,
      },
      pool,
      channel,
    );
  } catch (cause) {
    throw new EngineError(
      'socket-failed',
      `cannot open a UDP socket to ${channel.remote}: ${String(cause)}`,
      { cause },
    );
  }
  const conv = new Uint32Array(1);
  world.randomFill(new Uint8Array(conv.buffer));
  const session = new KcpSession('client', conv[0], config, channel);
  channel.session = session;
  session.probe();
  return session;
}

/** A session's own socket. */
class SocketChannel implements Channel, SocketOwner {
  socket!: DatagramSocket;
  session: KcpSession | undefined;

  constructor(
    private readonly config: SessionConfig,
    readonly remote: string,
  ) {}

  get writable(): boolean {
    return this.socket.writable;
  }

  receive(session: KcpSession): void {
    const { crypt, counters } = this.config;
    for (let batch = this.socket.receive(); batch; batch = this.socket.receive()) {
      crypt.open(batch);
      counters.InPkts += batch.count;
      for (let i = 0; i < batch.count; i++) {
        counters.InBytes += batch.lengths[i];
        if (batch.ok[i]) {
          session.packet(batch.offsets[i] + crypt.head, batch.lengths[i] - crypt.head - crypt.tail);
        } else {
          counters.InCsumErrors++;
          session.badPacket();
        }
      }
    }
  }

  send(batch: Parameters<Channel['send']>[0]): boolean {
    return this.socket.send(batch);
  }

  close(): void {
    this.socket.close();
  }

  readable(full: boolean): void {
    if (full && this.session) this.receive(this.session);
    this.session?.schedule();
  }

  drained(): void {
    this.session?.schedule();
  }

  refused(): void {
    this.session?.refused();
  }

  failed(cause: Error): void {
    this.session?.close(
      new EngineError('socket-failed', `the UDP socket failed: ${cause.message}`, { cause }),
    );
  }
}
