import type { SessionSnapshot, SessionState, Trouble } from '../../shared/snapshot.ts';
import { EngineError } from '../../src-main/engine/errors.ts';
import type { Session } from '../../src-main/engine/session/types.ts';
import { SmuxSession } from '../../src-main/engine/smux/session.ts';
import type { SmuxStream } from '../../src-main/engine/smux/stream.ts';
import { KeepingSink } from './smux-link.ts';
import { Simulation } from './simulation.ts';

/** Virtual time, and the real event loop's turns, for tests with real sockets. */
export class SocketWorld extends Simulation {
  override endOfTurn(run: () => void): void {
    setImmediate(run);
  }
}

const IN_FLIGHT_MOST = 256 * 1024;

/** A session without UDP and KCP: its bytes go to its peer's memory at the end of a turn, while the line is there. */
export class MemorySession implements Session {
  readonly mux: SmuxSession;
  closed = false;
  expired = false;
  onStream: (stream: SmuxStream) => void = () => {};
  onClose: (reason: EngineError) => void = () => {};
  onState: (state: SessionState, troubles: readonly Trouble[]) => void = () => {};
  peer: MemorySession | undefined;
  troubles: Trouble[] = [];
  state: SessionState = 'dialling';
  readonly #out = new KeepingSink(IN_FLIGHT_MOST);
  readonly #in: Buffer[] = [];
  readonly #role: 'client' | 'server';
  #scheduled = false;
  #heardAt: number | undefined;

  constructor(
    role: 'client' | 'server',
    readonly conv: number,
    readonly remote: string,
    private readonly line: MemoryLine,
  ) {
    this.#role = role;
    this.mux = new SmuxSession({
      role,
      version: line.version,
      frameSize: 8192,
      receiveBuffer: 1 << 20,
      streamBuffer: 1 << 19,
      keepAliveMs: 10_000,
      keepAliveTimeoutMs: 30_000,
      world: line.world,
      onPending: () => this.schedule(),
      onResume: () => this.schedule(),
      onStream: (stream) => this.onStream(stream),
      onClose: (reason) => this.close(reason),
    });
  }

  get backlog(): number {
    return this.#out.length;
  }

  schedule(): void {
    if (this.#scheduled || this.closed) return;
    this.#scheduled = true;
    this.line.world.endOfTurn(() => {
      this.#scheduled = false;
      this.#turn();
    });
  }

  become(state: SessionState, troubles: Trouble[] = []): void {
    this.state = state;
    this.troubles = troubles;
    this.onState(state, troubles);
  }

  close(reason = new EngineError('closed', 'closed here')): void {
    if (this.closed) return;
    this.closed = true;
    this.mux.close(reason);
    this.state = 'dead';
    this.line.sessions.delete(this);
    this.onClose(reason);
  }

  snapshot(): SessionSnapshot {
    const { conv, remote, state, expired } = this;
    const heardAgo = this.#heardAt === undefined ? null : this.line.world.now() - this.#heardAt;
    const silent = this.#out.length > 0 && (heardAgo ?? 0) > 3000;
    const troubles: Trouble[] = silent ? ['nothing-heard'] : this.troubles;
    return {
      ...{ conv, remote, state, troubles, expired },
      openedAt: 0,
      heardAgo,
      ...{ srtt: 10, rttvar: 5, rto: 200, sndWnd: 128, rcvWnd: 512, rmtWnd: 512, cwnd: 512 },
      inFlight: this.#out.length,
      ...{ sndQueue: 0, rcvQueue: 0, shardsExpected: null, shardsReceived: null, paritySent: 0 },
      streams: this.mux.streams,
      line: null,
      download: null,
    };
  }

  #turn(): void {
    if (this.closed) return;
    const { peer } = this;
    const waiting = this.#in.length;
    // a server hears a client that has answered it
    if (waiting > 0 && this.#role === 'server' && this.state === 'dialling') this.become('up');
    while (this.#in.length > 0 && this.mux.readable) {
      const bytes = this.#in.shift()!;
      this.mux.input(bytes, 0, bytes.length);
    }
    this.mux.flush();
    if (waiting > 0 && this.#in.length === 0) peer?.schedule();
    this.mux.pump(this.#out);
    if (!this.line.up || !peer || peer.closed || this.#out.length === 0 || peer.#in.length > 0) return;
    while (this.#out.length > 0) peer.#in.push(this.#out.take(Math.min(this.#out.length, 20_000)));
    peer.schedule();
    // what KCP's acknowledgements and segments would tell
    this.#heardAt = peer.#heardAt = this.line.world.now();
    if (this.state === 'dialling') this.become('up');
    if (this.mux.pending) this.schedule();
  }
}

/** What carries the sessions of one client to one server, and can be cut. */
export class MemoryLine {
  up = true;
  readonly sessions = new Set<MemorySession>();
  /** every client session there ever was */
  readonly dialled: MemorySession[] = [];
  accept: ((session: Session) => void) | undefined;

  constructor(
    readonly world: Simulation,
    readonly version: 1 | 2 = 2,
  ) {}

  readonly dial = async (): Promise<Session> => {
    const conv = this.dialled.length + 1;
    const client = new MemorySession('client', conv, 'server:29900', this);
    const server = new MemorySession('server', conv, `client:${conv}`, this);
    client.peer = server;
    server.peer = client;
    this.dialled.push(client);
    this.sessions.add(client).add(server);
    this.accept?.(server);
    client.mux.ping();
    return client;
  };

  readonly listen = async (
    accept: (session: Session) => void,
  ): Promise<{ ports: number[]; close(): void }> => {
    this.accept = accept;
    return { ports: [29900], close: () => (this.accept = undefined) };
  };

  /** The server forgets every session, as when it is started again. */
  restartServer(): void {
    for (const { peer } of this.dialled) peer?.close();
  }

  cut(): void {
    this.up = false;
  }

  mend(): void {
    this.up = true;
    for (const session of this.sessions) session.schedule();
  }
}
