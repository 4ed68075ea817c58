import { createCipheriv, createHash, type Hash } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type NetConnectOpts, type Server, type Socket } from 'node:net';

/** random: as good as incompressible. compressible: every 1024 bytes repeat 32 random ones. */
export type Content = 'random' | 'compressible';

const CHUNK = 64 * 1024;

/** A reproducible stream of bytes with its SHA-256. */
class Pattern {
  readonly hash: Hash = createHash('sha256');
  readonly #stream;
  #left: number;

  constructor(
    seed: string,
    private readonly content: Content,
    length: number,
  ) {
    const key = Buffer.alloc(16);
    key.write(seed);
    this.#stream = createCipheriv('aes-128-ctr', key, Buffer.alloc(16));
    this.#left = length;
  }

  /** The next piece, or undefined at the end. */
  next(): Buffer | undefined {
    if (this.#left === 0) return undefined;
    let piece = this.#stream.update(Buffer.alloc(CHUNK));
    if (this.content === 'compressible')
      for (let line = 0; line < CHUNK; line += 1024)
        piece.fill(piece.subarray(line, line + 32), line, line + 1024);
    if (piece.length > this.#left) piece = piece.subarray(0, this.#left);
    this.#left -= piece.length;
    this.hash.update(piece);
    return piece;
  }
}

/** Writes the whole pattern at the pace the socket takes it. */
function pump(pattern: Pattern, socket: Socket): void {
  const write = () => {
    for (;;) {
      const piece = socket.destroyed ? undefined : pattern.next();
      if (!piece) return void socket.off('drain', write);
      if (!socket.write(piece)) return;
    }
  };
  socket.on('drain', write);
  write();
}

/**
 * What a client asks of the target, in the first bytes of a connection:
 * `id u32 | content u8 | bytes up f64 | bytes down f64`, little-endian.
 */
interface Order {
  id: number;
  content: Content;
  up: number;
  down: number;
}
const ORDER_BYTES = 21;

function encodeOrder({ id, content, up, down }: Order): Buffer {
  const bytes = Buffer.alloc(ORDER_BYTES);
  bytes.writeUInt32LE(id, 0);
  bytes.writeUInt8(content === 'random' ? 0 : 1, 4);
  bytes.writeDoubleLE(up, 5);
  bytes.writeDoubleLE(down, 13);
  return bytes;
}

const decodeOrder = (bytes: Buffer): Order => ({
  id: bytes.readUInt32LE(0),
  content: bytes[4] === 0 ? 'random' : 'compressible',
  up: bytes.readDoubleLE(5),
  down: bytes.readDoubleLE(13),
});

/** Where a client or a target listens: a port of 127.0.0.1 or the path of a unix socket. */
export type Address = number | string;

const connectOptions = (address: Address): NetConnectOpts =>
  typeof address === 'number' ? { host: '127.0.0.1', port: address, noDelay: true } : { path: address };

/** A TCP (or unix) server that ends with the test. */
export abstract class Target implements AsyncDisposable {
  readonly #sockets = new Set<Socket>();
  readonly #server: Server = createServer({ noDelay: true }, (socket) => {
    this.#sockets.add(socket);
    // a connection reset is the peer's way to end; what is missing then shows in the digests
    socket.on('error', () => {}).on('close', () => this.#sockets.delete(socket));
    this.serve(socket);
  });

  protected abstract serve(socket: Socket): void;

  /** Listens on a free port of 127.0.0.1, or on a unix path. */
  async listen(path?: string): Promise<this> {
    if (path) this.#server.listen(path);
    else this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  /** As the option `target` wants it. */
  get address(): string {
    const address = this.#server.address();
    if (address === null) throw new Error('the target is closed');
    return typeof address === 'string' ? address : `127.0.0.1:${address.port}`;
  }

  get connections(): number {
    return this.#sockets.size;
  }

  /** Ends every connection from the target's side. */
  hangUp(): void {
    for (const socket of this.#sockets) socket.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** Answers every byte with itself. */
export class EchoTarget extends Target {
  protected serve(socket: Socket): void {
    socket.pipe(socket);
  }
}

/** The far end of `transfer`: sends what is asked and digests what it gets. */
export class TransferTarget extends Target {
  readonly #digests = new Map<number, (digest: string) => void>();

  protected serve(socket: Socket): void {
    let head = Buffer.alloc(0);
    const readOrder = (piece: Buffer) => {
      head = Buffer.concat([head, piece]);
      if (head.length < ORDER_BYTES) return;
      socket.off('data', readOrder);
      const order = decodeOrder(head);
      pump(new Pattern(`down ${order.id}`, order.content, order.down), socket);
      digest(socket, order.up, head.subarray(ORDER_BYTES), (sum) => this.#digests.get(order.id)?.(sum));
    };
    socket.on('data', readOrder);
  }

  /** The digest of what transfer `id` brings here. */
  arrival(id: number): Promise<string> {
    return new Promise((resolve) => this.#digests.set(id, resolve));
  }
}

/** Digests exactly `length` bytes and calls `done`; a byte too many makes the digest wrong. */
function digest(socket: Socket, length: number, first: Buffer, done: (sum: string) => void): void {
  const hash = createHash('sha256');
  let got = 0;
  const take = (piece: Buffer) => {
    const before = got;
    got += piece.length;
    hash.update(piece);
    if (got > length) done(`${got} bytes came, ${length} were sent`);
    else if (got === length && before < length) done(hash.copy().digest('hex'));
  };
  socket.on('data', take);
  if (length === 0) done(hash.copy().digest('hex'));
  if (first.length > 0) take(first);
}

let transfers = 0;

export interface TransferPlan {
  /** bytes each way */
  up: number;
  down: number;
  content?: Content;
  /** gives up after so many milliseconds; 60,000 unless told */
  timeout?: number;
}

/** Opens a connection to a client's local address. */
export async function open(address: Address): Promise<Socket> {
  const socket = connect(connectOptions(address));
  await once(socket, 'connect');
  return socket;
}

/**
 * Moves bytes through a tunnel, both ways at once, and compares the SHA-256 at both ends.
 *
 * @returns seconds until the last byte was there
 * @throws Error when the connection ends early, the time is up, or a digest differs
 */
export async function transfer(
  address: Address,
  target: TransferTarget,
  { up, down, content = 'random', timeout = 60_000 }: TransferPlan,
): Promise<number> {
  const start = performance.now();
  const id = ++transfers;
  const socket = await open(address);
  const upward = new Pattern(`up ${id}`, content, up);
  const downward = new Pattern(`down ${id}`, content, down);
  const atTarget = target.arrival(id);
  const atClient = new Promise<string>((resolve) => digest(socket, down, Buffer.alloc(0), resolve));
  const early = new Promise<never>((_, reject) => {
    socket.once('error', reject);
    socket.once('close', () => reject(new Error(`the connection closed before the transfer was complete`)));
    socket.setTimeout(timeout, () => reject(new Error(`nothing moved for ${timeout} ms`)));
  });
  let patience: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    patience = setTimeout(
      () => reject(new Error(`${socket.bytesRead} of ${down} bytes came down in ${timeout} ms, ${up} go up`)),
      timeout,
    );
  });
  try {
    socket.write(encodeOrder({ id, content, up, down }));
    pump(upward, socket);
    const [sumUp, sumDown] = await Promise.race([Promise.all([atTarget, atClient]), early, late]);
    while (downward.next());
    const expected = [upward.hash.digest('hex'), downward.hash.digest('hex')];
    if (sumUp !== expected[0]) throw new Error(`SHA-256 upwards: ${sumUp}, expected ${expected[0]}`);
    if (sumDown !== expected[1]) throw new Error(`SHA-256 downwards: ${sumDown}, expected ${expected[1]}`);
    return (performance.now() - start) / 1000;
  } finally {
    early.catch(() => {});
    clearTimeout(patience);
    socket.destroy();
  }
}

/**
 * Sends one byte and waits for its echo, again and again.
 *
 * @returns the round trips in microseconds, in growing order
 */
export async function echoRoundTrips(address: Address, count: number): Promise<number[]> {
  const socket = await open(address);
  const byte = Buffer.alloc(1, 0x55);
  const trips: number[] = [];
  try {
    while (trips.length < count) {
      const start = performance.now();
      socket.write(byte);
      await once(socket, 'data');
      trips.push((performance.now() - start) * 1000);
    }
  } finally {
    socket.destroy();
  }
  return trips.sort((a, b) => a - b);
}
