import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { Losses } from './losses.ts';
import { seededRandom } from './random.ts';

/** What a line does to datagrams. Shares are 0..1, times are milliseconds, each way. */
export interface Impairment {
  /** share of datagrams that vanish behind the rate limit: what is lost has cost its share of the line */
  loss?: number;
  /** datagrams lost in a row, in the mean; 1 unless told */
  burst?: number;
  /** every datagram is held this long … */
  delay?: number;
  /** … give or take up to this much; it keeps the order, as a queue along the way does */
  jitter?: number;
  /** share of datagrams that arrive twice */
  duplicate?: number;
  /** share of datagrams that are held a little longer than those behind them (2 to 10 ms) */
  reorder?: number;
  /** datagrams of more bytes vanish, and nobody says so: a black hole */
  largest?: number;
  /** bytes a second through the line; what waits longer than `queue` ms is dropped */
  rate?: number;
  /** the longest wait at the rate limit; 100 unless told */
  queue?: number;
}

/** up: from the client to the server. */
export type Direction = 'up' | 'down';

/** What one direction of a line was offered since it opened, in datagrams and bytes, and what its queue dropped of it. */
export interface LaneFigures {
  datagrams: number;
  bytes: number;
  dropped: number;
}

interface Waiting {
  due: number;
  datagram: Buffer;
  send: (datagram: Buffer) => void;
}

/** One direction of the line: decides each datagram's fate and sends it when it is due. */
class Lane {
  readonly #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | undefined;
  readonly #losses: Losses;
  readonly figures: LaneFigures = { datagrams: 0, bytes: 0, dropped: 0 };
  #lastDue = 0;
  #busyUntil = 0;

  constructor(
    private readonly line: Impairment,
    private readonly random: () => number,
  ) {
    this.#losses = new Losses(random);
  }

  pass(datagram: Buffer, send: (datagram: Buffer) => void): void {
    const { loss = 0, burst = 1, delay = 0, jitter = 0, duplicate = 0, reorder = 0 } = this.line;
    const { rate, queue = 100 } = this.line;
    this.figures.datagrams++;
    this.figures.bytes += datagram.length;
    if (datagram.length > (this.line.largest ?? Infinity)) return;
    const now = performance.now();
    let due = now + delay + (2 * this.random() - 1) * jitter;
    if (rate) {
      const start = Math.max(now, this.#busyUntil);
      if (start - now > queue) {
        this.figures.dropped++;
        return;
      }
      this.#busyUntil = start + (datagram.length / rate) * 1000;
      due += this.#busyUntil - now;
    }
    if (this.#losses.next(loss, burst)) return;
    due = this.#lastDue = Math.max(due, this.#lastDue);
    if (this.random() < reorder) due += 2 + 8 * this.random();
    this.#schedule({ due, datagram, send });
    if (this.random() < duplicate) this.#schedule({ due, datagram, send });
  }

  /** Keeps the queue in order of `due`: nearly everything belongs at its end. */
  #schedule(item: Waiting): void {
    if (item.due <= performance.now()) return item.send(item.datagram);
    let at = this.#waiting.length;
    while (at > 0 && this.#waiting[at - 1].due > item.due) at--;
    this.#waiting.splice(at, 0, item);
    this.#timer ??= this.#wake();
  }

  #wake(): NodeJS.Timeout | undefined {
    if (this.#waiting.length === 0) return undefined;
    return setTimeout(() => {
      const now = performance.now();
      let due = this.#waiting.findIndex((item) => item.due > now);
      if (due < 0) due = this.#waiting.length;
      for (const item of this.#waiting.splice(0, due)) item.send(item.datagram);
      this.#timer = this.#wake();
    }, this.#waiting[0].due - performance.now());
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#waiting.length = 0;
  }
}

async function openSocket(peer?: number): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20, sendBufferSize: 4 << 20 });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  if (peer !== undefined) {
    // a connected socket sends at two thirds of the cost
    socket.connect(peer, '127.0.0.1');
    await once(socket, 'connect');
  }
  // the peer may be away: an ICMP refusal is a lost datagram, as on any line
  socket.on('error', () => {});
  return socket;
}

/**
 * A bad line on loopback: a UDP relay between clients and one server, reproducible from a seed (as far as the
 * sockets' timing is). It keeps up with about 20,000 datagrams a second when it has a core to itself
 * (see `RelayProcess`); every client address gets its own socket towards the server, as behind a NAT.
 */
export class Relay implements AsyncDisposable {
  /** While true, nothing passes either way. */
  cut = false;
  /** Sees every datagram before the line does anything to it. */
  tap: ((direction: Direction, datagram: Buffer) => void) | undefined;
  /** What it refuses is as if it had never been sent. */
  refuses: ((direction: Direction, datagram: Buffer) => boolean) | undefined;
  readonly #upstreams = new Map<string, Socket>();
  readonly #lanes: Record<Direction, Lane>;
  #newest: { client: RemoteInfo; upstream: Socket } | undefined;

  private constructor(
    readonly front: Socket,
    private readonly serverPort: number,
    line: Impairment,
    seed: number,
  ) {
    const random = seededRandom(seed);
    this.#lanes = { up: new Lane(line, random), down: new Lane(line, random) };
    front.on('message', (datagram, client) => this.#fromClient(datagram, client));
  }

  static async open(serverPort: number, line: Impairment = {}, seed = 1): Promise<Relay> {
    return new Relay(await openSocket(), serverPort, line, seed);
  }

  /** The port clients send to. */
  get port(): number {
    return this.front.address().port;
  }

  /** What each direction was offered, and its queue dropped. */
  get figures(): Record<Direction, LaneFigures> {
    return { up: { ...this.#lanes.up.figures }, down: { ...this.#lanes.down.figures } };
  }

  /** How many client addresses have been heard: one for every session that was ever dialled. */
  get clients(): number {
    return this.#upstreams.size;
  }

  /** Sends a datagram as if the newest client (up) or the server (down) had sent it, past the line's troubles. */
  inject(direction: Direction, datagram: Buffer): void {
    if (!this.#newest) throw new Error('no client has been heard yet');
    const { client, upstream } = this.#newest;
    if (direction === 'up') upstream.send(datagram);
    else this.front.send(datagram, client.port, client.address);
  }

  #fromClient(datagram: Buffer, client: RemoteInfo): void {
    const upstream = this.#upstreams.get(`${client.address}:${client.port}`);
    if (upstream) this.#pass('up', datagram, upstream, client);
    else void this.#meet(client).then((made) => this.#pass('up', datagram, made, client));
  }

  async #meet(client: RemoteInfo): Promise<Socket> {
    const name = `${client.address}:${client.port}`;
    const upstream = await openSocket(this.serverPort);
    const earlier = this.#upstreams.get(name);
    if (earlier) {
      upstream.close();
      return earlier;
    }
    this.#upstreams.set(name, upstream);
    this.#newest = { client, upstream };
    upstream.on('message', (datagram) => this.#pass('down', datagram, upstream, client));
    return upstream;
  }

  #pass(direction: Direction, datagram: Buffer, upstream: Socket, client: RemoteInfo): void {
    this.tap?.(direction, datagram);
    if (this.cut || this.refuses?.(direction, datagram)) return;
    this.#lanes[direction].pass(
      datagram,
      direction === 'up'
        ? (bytes) => upstream.send(bytes)
        : (bytes) => this.front.send(bytes, client.port, client.address),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#lanes.up.clear();
    this.#lanes.down.clear();
    for (const socket of [this.front, ...this.#upstreams.values()]) {
      socket.close();
      await once(socket, 'close');
    }
  }
}
