import { type EngineError, SmuxVersionError } from '../errors.ts';
import type { SmuxVersion } from '../smux/frame.ts';
import type { World } from '../runtime/world.ts';
import type { Session } from './types.ts';

export interface SmuxLearnerSetup {
  world: Pick<World, 'now' | 'after'>;
  /** what new sessions speak; its version is set to what is learned */
  settings: { version: SmuxVersion };
  /** what was learned before */
  known: SmuxVersion | undefined;
  /** Asks the server, which tells within a few round trips or with its first heartbeat; undefined where it does not. */
  ask(signal: AbortSignal): Promise<SmuxVersion | undefined>;
  /** @param changed sessions of another version are of no use any more */
  learned(version: SmuxVersion, changed: boolean): void;
}

/** A server whose heartbeat takes a while is not asked more often. */
const AGAIN_MS = 15_000;
/** A first dial waits so long to know the version: streams of a session in another one are lost. */
const PATIENCE_MS = 2_000;

/**
 * Learns which smux version a server speaks, for `smuxver auto`: it is asked while that is not known, and again when a
 * session in which nothing of smux was ever read falls silent; a frame of another version tells as well.
 */
export class SmuxLearner {
  #known: SmuxVersion | undefined;
  #asking: AbortController | undefined;
  #askedAt = -Infinity;
  /** while dials wait for an answer */
  #answer: Promise<void> | undefined;
  /** a session was dialled without knowing */
  #guessed = false;
  #stopped = false;

  constructor(private readonly setup: SmuxLearnerSetup) {
    this.#known = setup.known;
    if (setup.known) setup.settings.version = setup.known;
  }

  get known(): SmuxVersion | undefined {
    return this.#known;
  }

  /** A session is about to be dialled; resolves when it may be, which is soon, whatever is known by then. */
  async dialling(): Promise<void> {
    if (this.#known !== undefined) return;
    this.#ask();
    await this.#answer;
    this.#guessed ||= this.#known === undefined;
  }

  doubtful(session: Session): void {
    if (!session.mux.understood) this.#ask();
  }

  ended(session: Session, error: EngineError): void {
    if (error instanceof SmuxVersionError && (error.seen === 1 || error.seen === 2)) this.#learn(error.seen);
    else if (error.code === 'keepalive-timeout') this.doubtful(session);
  }

  stop(): void {
    this.#stopped = true;
    this.#asking?.abort();
  }

  #ask(): void {
    const { world, ask } = this.setup;
    if (this.#asking || this.#stopped || world.now() - this.#askedAt < AGAIN_MS) return;
    this.#askedAt = world.now();
    const asking = (this.#asking = new AbortController());
    this.#answer = new Promise((resolve) => {
      const enough = (): void => {
        timer.stop();
        this.#answer = undefined;
        resolve();
      };
      const timer = world.after(PATIENCE_MS, enough);
      void ask(asking.signal).then((version) => {
        this.#asking = undefined;
        if (version && !this.#stopped) this.#learn(version);
        enough();
      });
    });
  }

  #learn(version: SmuxVersion): void {
    const { settings, learned } = this.setup;
    if (version === this.#known) return;
    const used = this.#guessed || this.#known !== undefined;
    const changed = used && settings.version !== version;
    this.#known = settings.version = version;
    learned(version, changed);
  }
}
