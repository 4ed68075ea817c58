import { randomBytes } from 'node:crypto';
import { connect, createServer, type Server, type Socket } from 'node:net';

const CONNECTIONS = 4;
const CHUNK_MS = 100;
/** a connection ends and another begins, so that the list of connections lives */
const LIFE_MS = 12_000;
/** the rate swells and ebbs within this time, up to so many bytes a chunk and connection */
const WAVE_MS = 20_000;
const LEAST_BYTES = 200;
const MOST_BYTES = 6000;
/** what the target answers, in bytes for each it gets: more comes down than goes up, as in life */
export const ECHOES = 4;

/** Like most of what is sent today, it cannot be compressed: the demo shows what a tunnel costs. */
const PAYLOAD = randomBytes(MOST_BYTES);

/** The demo's traffic: a target that answers, and connections through the tunnel that ask. Loopback only. */
export class DemoTraffic {
  readonly #sockets = new Set<Socket>();
  #target: Server | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** Opens the target; answers with its address. */
  async listen(): Promise<string> {
    const target = (this.#target = createServer((socket) => {
      this.#keep(socket);
      socket.on('data', (chunk) => {
        for (let n = 0; n < ECHOES; n++) socket.write(chunk);
      });
    }));
    await new Promise<void>((resolve, reject) => {
      // stays, for the accepts that find no descriptor later
      target.on('error', reject).listen(0, '127.0.0.1', resolve);
    });
    const address = target.address();
    if (address === null || typeof address === 'string') throw new Error('the target has no port');
    return `127.0.0.1:${address.port}`;
  }

  /** Sends through `host:port`, until stopped. */
  start(address: string): void {
    if (this.#timer) return;
    const separator = address.lastIndexOf(':');
    const [host, port] = [address.slice(0, separator), Number(address.slice(separator + 1))];
    const began = Date.now();
    const connections: { socket: Socket; endsAt: number }[] = [];
    this.#timer = setInterval(() => {
      const now = Date.now();
      for (let i = 0; i < CONNECTIONS; i++) {
        let connection = connections[i];
        if (!connection || connection.socket.destroyed || now >= connection.endsAt) {
          connection?.socket.destroy();
          const endsAt = now + LIFE_MS * (0.5 + (i + 1) / CONNECTIONS);
          connections[i] = connection = { socket: this.#keep(connect(port, host)), endsAt };
          connection.socket.resume();
        }
        // a tunnel that stalls must not fill this process's memory
        if (connection.socket.writableLength > MOST_BYTES * 10) continue;
        const wave = (1 + Math.sin((2 * Math.PI * (now - began)) / WAVE_MS + i)) / 2;
        const length = LEAST_BYTES + Math.round((MOST_BYTES - LEAST_BYTES) * wave * wave);
        connection.socket.write(PAYLOAD.subarray(0, length));
      }
    }, CHUNK_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => {
      if (!this.#target) return resolve();
      this.#target.close(() => resolve());
    });
  }

  #keep(socket: Socket): Socket {
    this.#sockets.add(socket);
    // the tunnel may be gone at any time: then the next connection is tried
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#sockets.delete(socket));
    return socket;
  }
}
