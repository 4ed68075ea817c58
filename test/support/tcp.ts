import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A TCP server on a free port of loopback that can be closed whatever its connections do. */
export class TestTarget {
  readonly sockets = new Set<Socket>();
  readonly #server: Server;

  constructor(onConnection: (socket: Socket) => void) {
    this.#server = createServer({ allowHalfOpen: true }, (socket) => {
      this.sockets.add(socket);
      socket.on('error', () => {});
      socket.once('close', () => this.sockets.delete(socket));
      onConnection(socket);
    });
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** Connects to host:port, or to the path of a unix socket. */
export async function dialTcp(address: string): Promise<Socket> {
  const parts = /^(.*):(\d+)$/.exec(address);
  const socket = parts
    ? connect({
        host: parts[1].replace(/[[\]]/g, '') || '127.0.0.1',
        port: Number(parts[2]),
        allowHalfOpen: true,
      })
    : connect({ path: address, allowHalfOpen: true });
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** Everything until the end of the stream. */
export async function readAll(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The next `length` bytes; the socket stays open. */
export function readSome(socket: Socket, length: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let got = 0;
    const finish = (error?: Error): void => {
      socket.off('data', data).off('close', closed);
      if (error) reject(error);
      else resolve(Buffer.concat(chunks));
    };
    const data = (chunk: Buffer): void => {
      chunks.push(chunk);
      got += chunk.length;
      if (got >= length) finish();
    };
    const closed = (): void => finish(new Error(`closed after ${got} of ${length} bytes`));
    socket.on('data', data).once('close', closed);
  });
}
