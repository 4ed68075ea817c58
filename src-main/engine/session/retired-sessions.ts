import { EngineError } from '../errors.ts';
import type { Session } from './types.ts';
import type { Timer, World } from '../runtime/world.ts';

const LOOK_MS = 1_000;
/** A session in which nothing is heard for so long, and so many of its timeouts, has no peer any more. */
const SILENCE_MS = 5_000;
const SILENCE_RTOS = 10;

/**
 * Sessions that take no new streams. Each is closed when its last stream has ended and the peer has everything, when
 * its time is up (scavengettl), or when the peer does not answer it.
 */
export class RetiredSessions {
  readonly #since = new Map<Session, number>();
  /** those whose streams nothing cuts short */
  readonly #spared = new WeakSet<Session>();
  #timer: Timer | undefined;

  /** @param lifeMs how long a session may live on; negative is as long as its streams last */
  constructor(
    private readonly world: World,
    private readonly lifeMs: number,
  ) {}

  get sessions(): Iterable<Session> {
    return this.#since.keys();
  }

  /** @param spared it lives on as long as its streams last: a peer that is silent now may be back */
  add(session: Session, spared = false): void {
    session.expired = true;
    if (spared) this.#spared.add(session);
    this.#since.set(session, this.world.now());
    this.#timer ??= this.world.after(LOOK_MS, this.#look);
  }

  delete(session: Session): void {
    this.#since.delete(session);
  }

  stop(): void {
    this.#timer?.stop();
  }

  readonly #look = (): void => {
    for (const [session, since] of [...this.#since]) {
      const reason = this.#verdict(session, this.world.now() - since);
      if (reason) session.close(reason);
    }
    this.#timer = this.#since.size > 0 ? this.world.after(LOOK_MS, this.#look) : undefined;
  };

  #verdict(session: Session, age: number): EngineError | undefined {
    const { inFlight, sndQueue, heardAgo, rto, troubles } = session.snapshot();
    if (session.mux.streams === 0 && inFlight === 0 && sndQueue === 0)
      return new EngineError('closed', 'expired, and its last stream has ended');
    // smux gives up a dead one by itself
    if (this.#spared.has(session)) return undefined;
    if (this.lifeMs >= 0 && age >= this.lifeMs)
      return new EngineError('closed', `expired ${Math.round(age / 1000)} s ago`);
    const silence = Math.min(age, heardAgo ?? Infinity);
    if (troubles.includes('nothing-heard') && silence >= Math.max(SILENCE_MS, SILENCE_RTOS * rto))
      return new EngineError('keepalive-timeout', 'the peer does not answer this session any more');
    return undefined;
  }
}
