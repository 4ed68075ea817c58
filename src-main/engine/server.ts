import { type Address, formatAddress } from '../../shared/address.ts';
import type { Counters } from '../../shared/counters.ts';
import type { ServerOptions } from '../../shared/options.ts';
import type { Refusals } from '../../shared/snapshot.ts';
import { CarriedStreams } from './tcp/carried-streams.ts';
import { type EngineSnapshot, engineSnapshot } from './snapshot.ts';
import { type EngineListener, EventSource, troubleTeller } from './events.ts';
import { EngineError } from './errors.ts';
import { readAddress } from './options.ts';
import { connectLocally } from './tcp/local-socket.ts';
import type { StreamCipher } from './tcp/pipe.ts';
import type { Session } from './session/types.ts';
import type { SmuxStream } from './smux/stream.ts';
import type { World } from './runtime/world.ts';

export interface ServerListening {
  readonly ports: readonly number[];
  /** what was not let in so far */
  readonly refusals?: Readonly<Refusals>;
  close(): void;
}

export interface ServerSetup {
  options: Pick<ServerOptions, 'listen' | 'target' | 'closewait'>;
  world: World;
  /** counted by the sessions */
  counters: Counters;
  /** Listens for sessions; `accept` is called with each before its first datagram is taken. */
  listen(
    accept: (session: Session) => void,
    /** told of what fails later, and of its return */
    tell: EngineListener,
  ): Promise<ServerListening>;
  /** makes the state of QPP for one stream */
  cipher?: () => StreamCipher;
}

/** How long a target may take to accept a connection. */
const CONNECT_MS = 10_000;

/** kcptun's server: connects every stream of every session to the target. */
export class Server {
  readonly onEvent: (listener: EngineListener) => () => void;
  readonly #setup: ServerSetup;
  readonly #events = new EventSource();
  readonly #streams: CarriedStreams;
  readonly #sessions = new Set<Session>();
  #target!: Address;
  #listening: ServerListening | undefined;
  #closing: Promise<void> | undefined;

  constructor(setup: ServerSetup) {
    const { options, world, cipher } = setup;
    this.#setup = setup;
    this.onEvent = this.#events.onEvent;
    this.#streams = new CarriedStreams({
      world,
      events: this.#events,
      closewait: options.closewait,
      cipher,
    });
  }

  /** @throws {EngineError} bad-option (an OptionError), and what `listen` throws */
  async start(): Promise<void> {
    const { options, listen } = this.#setup;
    this.#target = readAddress('target', options.target);
    this.#listening = await listen(
      (session) => this.#accept(session),
      (event) => this.#events.emit(event),
    );
    this.#events.emit({ kind: 'listening', address: this.address });
  }

  /** Where it listens, with the real port. */
  get address(): string {
    if (!this.#listening) throw new EngineError('closed', 'the server is not started');
    const { host } = readAddress('listen', this.#setup.options.listen);
    return formatAddress({ host, minPort: Math.min(...this.ports), maxPort: Math.max(...this.ports) });
  }

  /** The UDP ports listened on. */
  get ports(): readonly number[] {
    return this.#listening?.ports ?? [];
  }

  snapshot(): EngineSnapshot {
    const { world, counters } = this.#setup;
    return engineSnapshot(
      {
        at: world.wallClock(),
        address: this.#listening ? this.address : null,
        counters,
        links: [],
        streams: this.#streams.snapshot(),
        refusals: this.#listening?.refusals && { ...this.#listening.refusals },
      },
      this.#sessions,
    );
  }

  /** A server dials nobody. */
  redialAll(): void {}

  /** Ends everything; nothing of it is left in the event loop when the promise resolves. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    await this.#streams.close();
    // the streams' ends go out with this turn
    await new Promise<void>((resolve) => this.#setup.world.endOfTurn(resolve));
    for (const session of this.#sessions) session.close();
    this.#listening?.close();
  }

  #accept(session: Session): void {
    const { remote, conv } = session;
    this.#sessions.add(session);
    session.onStream = (stream) => this.#connect(session, stream);
    // Of those who prove nothing nothing is told: anybody can make them, as many as he likes.
    let up = false;
    session.onClose = (error) => {
      this.#sessions.delete(session);
      if (up) this.#events.emit({ kind: 'session-closed', remote, conv, error });
    };
    const tell = troubleTeller(session, (event) => this.#events.emit(event));
    session.onState = (state, troubles) => {
      if (!up && (state === 'up' || state === 'degraded')) {
        up = true;
        this.#events.emit({ kind: 'up', remote, conv });
      }
      if (up) tell(troubles);
    };
  }

  #connect(session: Session, stream: SmuxStream): void {
    if (this.#closing) return stream.destroy();
    const socket = connectLocally(this.#target);
    const { target } = this.#setup.options;
    const pipe = this.#streams.carry(socket, session, stream, {
      in: `${session.remote}(${stream.id})`,
      out: target,
      source: target,
    });
    const timer = this.#setup.world.after(CONNECT_MS, () =>
      pipe.destroy(new Error(`${target} did not accept a connection in ${CONNECT_MS / 1000} s`)),
    );
    socket.once('connect', () => timer.stop());
    socket.once('close', () => timer.stop());
  }
}
