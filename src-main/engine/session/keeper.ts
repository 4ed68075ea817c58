import type { SessionState, Trouble } from '../../../shared/snapshot.ts';
import { EngineError } from '../errors.ts';
import { describeSession, type EngineListener, troubleTeller } from '../events.ts';
import type { LinkSnapshot } from '../snapshot.ts';
import { RetiredSessions } from './retired-sessions.ts';
import { ServerRecord } from './server-record.ts';
import type { Session } from './types.ts';
import type { Timer, World } from '../runtime/world.ts';

export interface KeeperOptions {
  world: World;
  /** what is dialled, for the events */
  readonly remote: string;
  /** Makes a session and has it send something the peer must acknowledge. */
  dial(): Promise<Session>;
  /** told whether the server has answered a session that was dialled */
  answered?(session: Session, yes: boolean): void;
  /** told that the current session gives no sign of life */
  doubtful?(session: Session): void;
  /** told how a session ended, whichever */
  ended?(session: Session, error: EngineError): void;
  /** age at which a session is replaced; 0 is never */
  autoExpireMs: number;
  /** how long a replaced session may live on for its streams; negative is as long as they last */
  scavengeMs: number;
  /** Whether somebody waits for a session: then the pauses do not grow. */
  wanted(): boolean;
  emit: EngineListener;
  /** `usable` is there, where it was not. */
  onUsable(): void;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** A session that held so long begins the pauses anew. */
const HELD_MS = 10_000;
/** A dial nobody acknowledges is given up: a fresh one sends at shorter intervals than one that has backed off. */
const PROOF_MS = 4_000;
/** A stream was opened, and nothing at all was heard since: the peer may have forgotten the session. */
const DOUBT_MS = 1_500;
const DOUBT_ROUND_TRIPS = 4;
/** A round trip may have been measured over a peer that slept. */
const DOUBT_MOST_MS = 6_000;
const RECHECK_MS = 500;
/** Troubles in which the peer may be gone. */
const DOUBTFUL: readonly Trouble[] = ['nothing-heard', 'refused'];

/** How far the next session is. */
type Dial =
  | { kind: 'none' }
  /** `at` is `until` as people read it */
  | { kind: 'pause'; until: number; at: number; timer: Timer }
  | { kind: 'dialling' }
  | { kind: 'proving'; session: Session; timer: Timer };

const NONE: Dial = { kind: 'none' };

/** The time without a usable session: from its loss, or from the first dial, to the server's next answer. */
interface Outage {
  readonly since: number;
  /** milliseconds since 1970 */
  readonly at: number;
  /** a dial was given up for silence */
  unanswered: boolean;
  refused: boolean;
  /** why the session before is not used any more */
  lost: EngineError | null;
  /** why the last dial sent nothing */
  unsent: EngineError | null;
}

/**
 * Keeps one session with the server there, come what may: dials at the start, again with growing pauses when that
 * fails, and a replacement beside the current one when it expires or is doubted. A session is current once the
 * server has acknowledged something; KCP has no other way to know.
 */
export class SessionKeeper {
  readonly #options: KeeperOptions;
  readonly #retired: RetiredSessions;
  readonly #server: ServerRecord;
  #current: Session | undefined;
  #currentSince = 0;
  #dial: Dial = NONE;
  #dialledAt = -Infinity;
  /** dials and short-lived sessions since one held */
  #failures = 0;
  #expiry: Timer | undefined;
  /** runs while a stream's opening is to be seen acknowledged, or the current session is doubted */
  #check: Timer | undefined;
  /** the first stream that was opened since the check began */
  #openedMeanwhile: number | undefined;
  /** none while the current session takes new streams; with one, a current session is doubted */
  #outage: Outage | undefined;
  /** the current session is to be replaced though it lives */
  #outdated = false;
  /** and its streams are to have all the time they take */
  #spared = false;
  #closed = false;

  constructor(options: KeeperOptions) {
    this.#options = options;
    this.#retired = new RetiredSessions(options.world, options.scavengeMs);
    this.#server = new ServerRecord(options.world);
    this.#without(null);
  }

  /** The session that takes new streams, unless there is none or it may be dead. */
  get usable(): Session | undefined {
    return this.#outage ? undefined : this.#current;
  }

  /** Every session there is, the replaced ones and the one being dialled included. */
  get sessions(): Session[] {
    const sessions = [...this.#retired.sessions];
    if (this.#current) sessions.push(this.#current);
    if (this.#dial.kind === 'proving') sessions.push(this.#dial.session);
    return sessions;
  }

  start(): void {
    this.#dialNow();
  }

  snapshot(): LinkSnapshot {
    const { remote } = this.#options;
    const session = this.#current && this.#server.look(this.#current);
    const { heardAt, understood, misread } = this.#server;
    if (session && !this.#outage) return { kind: 'up', remote, heardAt, session, misread };
    const { at, unanswered, refused, lost, unsent } = this.#outage!;
    const cause = unsent ?? lost;
    return {
      kind: 'down',
      remote,
      heardAt,
      since: at,
      attempt: this.#failures,
      nextTryAt: this.#dial.kind === 'pause' ? this.#dial.at : null,
      unanswered,
      refused,
      cause: cause && { code: cause.code, message: cause.message },
      understood,
    };
  }

  /** Somebody waits for a session: a pause is cut short, to a second after the last dial. */
  demand(): void {
    const soonest = Math.max(this.#options.world.now(), this.#dialledAt + FIRST_PAUSE_MS);
    if (this.#dial.kind === 'pause' && soonest < this.#dial.until) this.#pauseUntil(soonest);
  }

  /** A stream was opened in the usable session: it should be heard from soon. */
  opened(): void {
    if (!this.#current) return;
    const now = this.#options.world.now();
    if (this.#check) this.#openedMeanwhile ??= now;
    else this.#watch(this.#current, now);
  }

  /** @param since when a stream was opened */
  #watch(session: Session, since: number): void {
    const { world } = this.#options;
    const roundTrips = DOUBT_ROUND_TRIPS * (session.snapshot().srtt ?? 0);
    const wait = Math.min(Math.max(DOUBT_MS, roundTrips), DOUBT_MOST_MS);
    this.#check = world.after(Math.max(0, since + wait - world.now()), () => {
      this.#check = undefined;
      if (session !== this.#current) return;
      const { heardAgo } = session.snapshot();
      const now = world.now();
      const silentSince = (at: number): boolean => heardAgo === null || heardAgo >= now - at;
      if (silentSince(since)) return this.#doubt();
      const next = this.#openedMeanwhile;
      this.#openedMeanwhile = undefined;
      if (next !== undefined && silentSince(next)) this.#watch(session, next);
    });
  }

  /** Dials anew at once, whatever there is: after a sleep or a change of the network. */
  redial(): void {
    if (this.#closed) return;
    if (this.#current) this.#retire(this.#current);
    this.#without(null);
    this.#dialAnew();
  }

  /**
   * Dials anew at once, and when that is answered takes it in place of the current session, which takes no new streams
   * from then on and lives as long as those it has.
   */
  move(): void {
    if (this.#closed) return;
    this.#outdated = this.#spared = this.#current !== undefined;
    this.#dialAnew();
  }

  #dialAnew(): void {
    this.#failures = 0;
    if (this.#dial.kind === 'pause') this.#dial.timer.stop();
    if (this.#dial.kind === 'proving') {
      const { session, timer } = this.#dial;
      timer.stop();
      this.#dial = NONE;
      session.close(new EngineError('closed', 'dialling anew'));
    }
    this.#dialNow();
  }

  close(): void {
    this.#closed = true;
    this.#expiry?.stop();
    this.#check?.stop();
    if (this.#dial.kind === 'pause' || this.#dial.kind === 'proving') this.#dial.timer.stop();
    this.#retired.stop();
    for (const session of this.sessions) session.close();
  }

  #dialNow(): void {
    const { world, remote, emit, dial } = this.#options;
    const attempt: Dial = { kind: 'dialling' };
    this.#dial = attempt;
    this.#dialledAt = world.now();
    emit({ kind: 'dialling', remote });
    dial().then(
      (session) => {
        if (this.#closed || this.#dial !== attempt) session.close();
        else if (session.closed) this.#failed('closed while it was dialled');
        else this.#prove(session);
      },
      (cause: unknown) => {
        if (!this.#closed && this.#dial === attempt) this.#failed(cause);
      },
    );
  }

  #failed(cause: unknown): void {
    const { remote, emit } = this.#options;
    const error =
      cause instanceof EngineError
        ? cause
        : new EngineError('socket-failed', `cannot dial ${remote}: ${String(cause)}`, { cause });
    if (this.#outage) this.#outage.unsent = error;
    emit({ kind: 'session-closed', remote, conv: null, error });
    this.#pause();
  }

  #prove(session: Session): void {
    const timer = this.#options.world.after(PROOF_MS, () =>
      session.close(
        new EngineError('keepalive-timeout', `no answer from ${session.remote} in ${PROOF_MS / 1000} s`),
      ),
    );
    this.#dial = { kind: 'proving', session, timer };
    this.#detail(`dialled ${session.remote} conv: ${session.conv}, waiting for an acknowledgement`);
    if (this.#outage) this.#outage.unsent = null;
    const tell = troubleTeller(session, this.#options.emit);
    session.onClose = (error) => {
      this.#lost(session, error);
      this.#options.ended?.(session, error);
    };
    // no server of kcptun opens streams: one that does could open as many as it likes
    session.onStream = () =>
      session.close(new EngineError('smux-protocol', 'the server opened a stream towards its client'));
    session.onState = (state, troubles) => {
      tell(troubles);
      this.#changed(session, state, troubles);
    };
    const { state, troubles } = session.snapshot();
    session.onState(state, troubles);
  }

  #changed(session: Session, state: SessionState, troubles: readonly Trouble[]): void {
    if (this.#dial.kind === 'proving' && this.#dial.session === session) {
      if (this.#outage && troubles.includes('refused')) this.#outage.refused = true;
      if (state === 'up' || state === 'degraded') this.#promote(session);
    } else if (session === this.#current && troubles.some((trouble) => DOUBTFUL.includes(trouble)))
      this.#doubt();
  }

  /** The server has answered: the session takes the place of the one before. */
  #promote(session: Session): void {
    const { world, emit, autoExpireMs, onUsable } = this.#options;
    this.#options.answered?.(session, true);
    if (this.#dial.kind === 'proving') this.#dial.timer.stop();
    this.#dial = NONE;
    if (this.#current) {
      if (!this.#replacementWanted()) {
        session.close(new EngineError('closed', 'the session before is heard again'));
        return;
      }
      this.#retire(this.#current);
    }
    this.#current = session;
    this.#outage = undefined;
    this.#currentSince = world.now();
    this.#server.answered();
    if (autoExpireMs > 0)
      this.#expiry = world.after(autoExpireMs, () => {
        this.#outdated = true;
        if (this.#dial.kind === 'none') this.#dialNow();
      });
    emit({ kind: 'up', remote: session.remote, conv: session.conv });
    this.#detail(
      `${describeSession(session.snapshot())} ${Math.round(world.now() - this.#dialledAt)} ms after the dial`,
    );
    onUsable();
  }

  #retire(session: Session): void {
    const spared = this.#spared;
    this.#forgetCurrent();
    this.#options.emit({ kind: 'expired', remote: session.remote, conv: session.conv });
    this.#retired.add(session, spared);
  }

  #forgetCurrent(): void {
    this.#current = undefined;
    this.#outdated = this.#spared = false;
    this.#expiry?.stop();
    this.#check?.stop();
    this.#check = this.#openedMeanwhile = undefined;
  }

  #lost(session: Session, error: EngineError): void {
    const { world, emit } = this.#options;
    this.#retired.delete(session);
    const proving = this.#dial.kind === 'proving' && this.#dial.session === session ? this.#dial : undefined;
    if (proving && error.code !== 'closed') this.#options.answered?.(session, false);
    if (proving && this.#outage) {
      if (error.code === 'keepalive-timeout') this.#outage.unanswered = true;
      else if (error.code !== 'closed') this.#outage.unsent = error;
    } else if (session === this.#current) {
      this.#server.ended(error);
      this.#without(error);
    }
    emit({ kind: 'session-closed', remote: session.remote, conv: session.conv, error });
    if (proving) {
      proving.timer.stop();
      this.#dial = NONE;
      if (!this.#closed) this.#pause();
    } else if (session === this.#current) {
      this.#forgetCurrent();
      if (this.#closed || this.#dial.kind !== 'none') return;
      if (world.now() - this.#currentSince < HELD_MS) return this.#pause();
      this.#failures = 0;
      this.#dialNow();
    }
  }

  #detail(text: string): void {
    this.#options.emit({ kind: 'detail', text });
  }

  /** New streams have to wait from now on, unless they do already. */
  #without(lost: EngineError | null): void {
    const { world } = this.#options;
    this.#outage ??= {
      since: world.now(),
      at: world.wallClock(),
      unanswered: false,
      refused: false,
      lost,
      unsent: null,
    };
  }

  /** The peer may be gone: a replacement is dialled, and until one of the two is heard no stream is opened. */
  #doubt(): void {
    if (this.#outage) return;
    this.#detail(`in doubt: ${describeSession(this.#server.look(this.#current!))}`);
    this.#without(new EngineError('keepalive-timeout', 'the server is not heard'));
    this.#check?.stop();
    this.#openedMeanwhile = undefined;
    this.#recheck();
    this.#options.doubtful?.(this.#current!);
    if (this.#dial.kind === 'none') this.#dialNow();
  }

  #recheck(): void {
    this.#check = this.#options.world.after(RECHECK_MS, () => {
      this.#check = undefined;
      if (this.#stillDoubted()) this.#recheck();
      else this.#options.onUsable();
    });
  }

  /** Whether nothing was heard in the current session since it is doubted; else it is not any more. */
  #stillDoubted(): boolean {
    if (!this.#outage) return false;
    const { heardAgo } = this.#current!.snapshot();
    if (heardAgo === null || heardAgo >= this.#options.world.now() - this.#outage.since) return true;
    this.#outage = undefined;
    this.#detail('heard again, in doubt no more');
    return false;
  }

  #replacementWanted(): boolean {
    return this.#current === undefined || this.#outdated || this.#stillDoubted();
  }

  #pause(): void {
    const { world, wanted } = this.#options;
    this.#failures++;
    const growth = wanted() ? 1 : 2 ** Math.min(this.#failures - 1, 10);
    const jitter = 1 + world.random() / 4;
    this.#pauseUntil(world.now() + Math.min(FIRST_PAUSE_MS * growth * jitter, LONGEST_PAUSE_MS));
  }

  #pauseUntil(until: number): void {
    const { world, remote, emit } = this.#options;
    if (this.#dial.kind === 'pause') this.#dial.timer.stop();
    const inMs = Math.max(0, Math.round(until - world.now()));
    const timer = world.after(inMs, () => {
      this.#dial = NONE;
      if (this.#replacementWanted()) this.#dialNow();
    });
    this.#dial = { kind: 'pause', until, at: Math.round(world.wallClock() + inMs), timer };
    emit({ kind: 'redial', remote, attempt: this.#failures, inMs });
  }
}
