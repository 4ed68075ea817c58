import type { HostPorts } from '../../../shared/address.ts';
import { EngineError } from '../errors.ts';
import type { EngineContext } from './context.ts';
import { receive } from './receiver.ts';
import { KcpSession } from './session.ts';
import type { Channel } from './uplink.ts';
import type { DatagramSocket, SocketOwner } from '../transport/datagram-socket.ts';
import type { Network } from '../transport/network.ts';

/**
 * A new session to the server, on a socket of its own, with a port drawn from the range.
 * It is not proved to be up: `KcpSession.probe` has sent something that a server acknowledges.
 * @throws EngineError `resolve-failed`, `socket-failed`
 */
export async function dial(context: EngineContext, remote: HostPorts, network: Network): Promise<KcpSession> {
  const { world, pool } = context;
  const [host] = await network.resolve(remote.host);
  const port = remote.minPort + Math.floor(world.random() * (remote.maxPort - remote.minPort + 1));
  const channel = new SocketChannel(
    context,
    `${host.family === 6 ? `[${host.address}]` : host.address}:${port}`,
  );
  try {
    channel.socket = await network.open(
      {
        family: host.family,
        remote: { address: host.address, port },
        ...context.socket,
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
  const session = new KcpSession('client', conv[0], context, channel);
  channel.session = session;
  session.probe();
  return session;
}

/** A session's own socket. */
class SocketChannel implements Channel, SocketOwner {
  socket!: DatagramSocket;
  session: KcpSession | undefined;

  constructor(
    private readonly context: EngineContext,
    readonly remote: string,
  ) {}

  get writable(): boolean {
    return this.socket.writable;
  }

  receive(): void {
    receive(this.context, this.socket, this.#route);
  }

  send(batch: Parameters<Channel['send']>[0]): boolean {
    return this.socket.send(batch);
  }

  close(): void {
    this.socket.close();
  }

  readable(full: boolean): void {
    if (full) this.receive();
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

  readonly #route = (): KcpSession | undefined => this.session;
}
