import type { Socket } from 'node:net';
import type { Counters } from '../../shared/counters.ts';
import type { ClientOptions } from '../../shared/options.ts';
import type { UsedServer } from '../../shared/servers.ts';
import { CarriedStreams } from './tcp/carried-streams.ts';
import { type EngineSnapshot, engineSnapshot } from './snapshot.ts';
import { EngineError } from './errors.ts';
import { type EngineListener, EventSource } from './events.ts';
import { readAddress } from './options.ts';
import { listenLocally, type LocalListener, sourceOf } from './tcp/local-socket.ts';
import type { StreamCipher } from './tcp/pipe.ts';
import { SessionKeeper } from './session/keeper.ts';
import type { SmuxVersion } from './smux/frame.ts';
import type { Session } from './session/types.ts';
import type { Timer, World } from './runtime/world.ts';

export interface ClientSetup {
  options: Pick<ClientOptions, 'localaddr' | 'conn' | 'autoexpire' | 'scavengettl' | 'closewait'>;
  world: World;
  /** counted by the sessions */
  counters: Counters;
  server: ServerEnd;
}

/** The client's way to its server, or to that of several which is in use. */
export interface ServerEnd {
  /** what is dialled, as configured */
  readonly remote: string;
  /** Makes a session and has it send something the peer must acknowledge. */
  dial(): Promise<Session>;
  /** told whether the server has answered a session that was dialled */
  answered?(session: Session, yes: boolean): void;
  /** told that a session gives no sign of life */
  doubtful?(session: Session): void;
  /** told how a session ended */
  ended?(session: Session, error: EngineError): void;
  /** makes the state of QPP for one stream of a session */
  cipher?(session: Session): StreamCipher | undefined;
  /** which is in use, where there are several */
  used?(): UsedServer;
  /** the smux versions that were learned, by `remote` */
  learned?(): Readonly<Record<string, SmuxVersion>>;
  /** Resolves when it is known where the first session goes to. */
  start?(hooks: ServerHooks): Promise<void>;
  stop?(): void;
}

/** What a way to a server has the client do. */
export interface ServerHooks {
  /** another server is in use: every session is replaced, and lives on for its streams */
  moved(): void;
  /** the sessions there are of no use any more */
  redial(): void;
  emit: EngineListener;
}

/** Connections that wait for a session, at most, and how long each does. */
const WAITING_MOST = 1024;
const WAITING_MS = 30_000;
/** Out of descriptors the system says so again and again: that is told no more often. */
const NOT_ACCEPTED_MS = 10_000;

interface Waiting {
  socket: Socket;
  source: string;
  timer: Timer;
}

/** kcptun's client: carries the connections that a TCP port or a unix socket accepts, in turn over `conn` sessions. */
export class Client {
  readonly onEvent: (listener: EngineListener) => () => void;
  readonly #setup: ClientSetup;
  readonly #events = new EventSource();
  readonly #streams: CarriedStreams;
  readonly #keepers: SessionKeeper[];
  readonly #waiting = new Set<Waiting>();
  #listener: LocalListener | undefined;
  #turn = 0;
  #closing: Promise<void> | undefined;
  #notAcceptedAt = -Infinity;

  constructor(setup: ClientSetup) {
    const { options, world, server } = setup;
    this.#setup = setup;
    this.onEvent = this.#events.onEvent;
    this.#streams = new CarriedStreams({
      world,
      events: this.#events,
      closewait: options.closewait,
      cipher: (session) => server.cipher?.(session),
    });
    this.#keepers = Array.from(
      { length: options.conn },
      () =>
        new SessionKeeper({
          world,
          get remote() {
            return server.remote;
          },
          dial: () => server.dial(),
          answered: (session, yes) => server.answered?.(session, yes),
          doubtful: (session) => server.doubtful?.(session),
          ended: (session, error) => server.ended?.(session, error),
          autoExpireMs: options.autoexpire * 1000,
          scavengeMs: options.scavengettl * 1000,
          wanted: () => this.#waiting.size > 0,
          emit: (event) => this.#events.emit(event),
          onUsable: () => this.#serveWaiting(),
        }),
    );
  }

  /**
   * Listens, and dials. That the server cannot be reached is no error: it is dialled again and again.
   * @throws {EngineError} bad-option (an OptionError), port-in-use, listen-failed
   */
  async start(): Promise<void> {
    const address = readAddress('localaddr', this.#setup.options.localaddr);
    this.#listener = await listenLocally(
      address,
      (socket) => this.#accept(socket),
      (error) => this.#notAccepted(error),
    );
    this.#events.emit({ kind: 'listening', address: this.#listener.address });
    const { server } = this.#setup;
    const begin = (): void => {
      if (!this.#closing) for (const keeper of this.#keepers) keeper.start();
    };
    if (!server.start) return begin();
    void server
      .start({
        moved: () => {
          for (const keeper of this.#keepers) keeper.move();
        },
        redial: () => this.redialAll(),
        emit: (event) => this.#events.emit(event),
      })
      .then(begin);
  }

  /** Where it listens, with the real port. */
  get address(): string {
    if (!this.#listener) throw new EngineError('closed', 'the client is not started');
    return this.#listener.address;
  }

  snapshot(): EngineSnapshot {
    const { world, counters, server } = this.#setup;
    const used = server.used?.();
    return engineSnapshot(
      {
        at: world.wallClock(),
        ...(used && { used }),
        ...(server.learned && { learned: server.learned() }),
        address: this.#listener?.address ?? null,
        counters,
        links: this.#keepers.map((keeper) => keeper.snapshot()),
        streams: this.#streams.snapshot(),
      },
      this.#keepers.flatMap((keeper) => keeper.sessions),
    );
  }

  /** Gives every session a fresh one: after a sleep, or when the network has changed. */
  redialAll(): void {
    for (const keeper of this.#keepers) keeper.redial();
  }

  /** Ends everything; nothing of it is left in the event loop when the promise resolves. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#setup.server.stop?.();
    const listenerClosed = this.#listener?.close();
    for (const waiting of this.#waiting) this.#dismiss(waiting);
    await this.#streams.close();
    // the streams' ends go out with this turn
    await new Promise<void>((resolve) => this.#setup.world.endOfTurn(resolve));
    for (const keeper of this.#keepers) keeper.close();
    await listenerClosed;
  }

  #notAccepted({ message }: Error): void {
    const now = this.#setup.world.now();
    if (now - this.#notAcceptedAt < NOT_ACCEPTED_MS) return;
    this.#notAcceptedAt = now;
    this.#events.emit({ kind: 'refused', in: this.address, reason: message });
  }

  #accept(socket: Socket): void {
    if (this.#closing) return void socket.destroy();
    const source = sourceOf(socket, this.#listener!.address);
    if (this.#carry(socket, source)) return;
    if (this.#waiting.size >= WAITING_MOST) {
      socket.destroy();
      this.#events.emit({ kind: 'refused', in: source, reason: `${WAITING_MOST} connections wait already` });
      return;
    }
    const waiting: Waiting = {
      socket,
      source,
      timer: this.#setup.world.after(WAITING_MS, () => {
        this.#dismiss(waiting);
        const reason = `no session for ${WAITING_MS / 1000} s`;
        this.#events.emit({ kind: 'refused', in: source, reason });
      }),
    };
    this.#waiting.add(waiting);
    socket.once('error', ignore);
    for (const keeper of this.#keepers) keeper.demand();
  }

  /** Answers whether there was a session for it. */
  #carry(socket: Socket, source: string): boolean {
    for (let keeper = this.#next(); keeper; keeper = this.#next()) {
      const session = keeper.usable!;
      let stream;
      try {
        stream = session.mux.open();
      } catch (error) {
        // its stream ids are used up
        session.close(error as EngineError);
        continue;
      }
      this.#streams.carry(socket, session, stream, {
        in: source,
        out: `${session.remote}(${stream.id})`,
        source,
      });
      keeper.opened();
      return true;
    }
    return false;
  }

  /** Whose session has the least to send, so that what is small need not wait behind what is large; in turn where all are alike. */
  #next(): SessionKeeper | undefined {
    const count = this.#keepers.length;
    let best = -1;
    let least = Infinity;
    for (let i = 0; i < count; i++) {
      const at = (this.#turn + i) % count;
      const session = this.#keepers[at].usable;
      if (!session || session.closed) continue;
      const backlog = count > 1 ? session.backlog : 0;
      if (backlog >= least) continue;
      best = at;
      least = backlog;
    }
    if (best < 0) return undefined;
    this.#turn = (best + 1) % count;
    return this.#keepers[best];
  }

  #serveWaiting(): void {
    for (const waiting of this.#waiting) {
      if (!waiting.socket.destroyed && !this.#carry(waiting.socket, waiting.source)) return;
      waiting.timer.stop();
      waiting.socket.off('error', ignore);
      this.#waiting.delete(waiting);
    }
  }

  #dismiss(waiting: Waiting): void {
    waiting.timer.stop();
    waiting.socket.destroy();
    this.#waiting.delete(waiting);
  }
}

const ignore = (): void => {};
