import type { MoveCause } from '../../../shared/servers.ts';
import type { Timer, World } from '../runtime/world.ts';

/** How a server answered: there and back in ms, and the share that was lost. */
export interface ServerLook {
  rtt: number;
  loss: number;
}

export interface ServerChoiceSetup {
  world: Pick<World, 'now' | 'after'>;
  /** how many there are, the wanted ones first */
  count: number;
  prefer: 'first' | 'fastest';
  /**
   * Asks a server how far it is; null where it does not answer.
   * @param heard called at its first answer
   */
  ask(server: number, heard: () => void, signal: AbortSignal): Promise<ServerLook | null>;
  moved(to: number, from: number, why: MoveCause): void;
}

/** The current server has so long to answer while another has answered already. */
const PATIENCE_MS = 1_500;
/** Whoever keeps doubting is listened to again after so long. */
const AGAIN_MS = 2_000;
/** Between two looks at those that may be better. */
const LOOK_MS = 30_000;
/** A server that was dead is taken again when it has answered well for so long. */
const WELL_MS = 10 * 60_000;
const WELL_LOSS = 0.4;
/** Another must be nearer by this share and by so many ms, in so many looks in a row. */
const FASTER_SHARE = 0.2;
const FASTER_MS = 5;
const FASTER_LOOKS = 4;

/**
 * Chooses which of several servers new sessions go to. The current one is left at once where it is proved dead: it does
 * not answer while another does. It is returned to only when it has answered well for ten minutes, so that a server that
 * comes and goes moves nothing. `fastest` also leaves a server for one that has been nearer for a while.
 */
export class ServerChoice {
  #current = 0;
  /** since when each answers well; Infinity while it does not */
  readonly #wellSince: number[];
  #stopped = false;
  #race: AbortController | undefined;
  #look: AbortController | undefined;
  #racedAt = -Infinity;
  #timer: Timer | undefined;
  /** which was nearer in the last looks, and in how many */
  #nearer = { server: 0, looks: 0 };

  constructor(private readonly setup: ServerChoiceSetup) {
    this.#wellSince = Array.from({ length: setup.count }, () => -Infinity);
  }

  get current(): number {
    return this.#current;
  }

  /** Resolves when it is known where the first session goes to. */
  async start(): Promise<void> {
    const { prefer } = this.setup;
    if (prefer === 'first') return;
    this.#current = (await this.#firstToAnswer()) ?? 0;
    this.#lookLater();
  }

  /** The current server gives no sign of life: every server is asked. */
  readonly doubt = (): void => {
    const now = this.setup.world.now();
    if (this.#race || this.#stopped || now - this.#racedAt < AGAIN_MS) return;
    this.#racedAt = now;
    void this.#prove();
  };

  stop(): void {
    this.#stopped = true;
    this.#race?.abort();
    this.#look?.abort();
    this.#timer?.stop();
  }

  /** Tells of servers in the order in which they answer, and of each when it is done with; resolves when all are. */
  async #askAll(answered: (server: number) => void, settled: (server: number) => void): Promise<void> {
    const { count, ask } = this.setup;
    const race = (this.#race = new AbortController());
    const all = Array.from({ length: count }, async (_, server) => {
      let heard = false;
      const look = await ask(
        server,
        () => {
          if (race.signal.aborted || heard) return;
          heard = true;
          answered(server);
        },
        race.signal,
      );
      if (look && !heard && !race.signal.aborted) answered(server);
      if (!race.signal.aborted) settled(server);
    });
    await Promise.all(all);
  }

  #endRace(): void {
    this.#race?.abort();
    this.#race = undefined;
  }

  async #firstToAnswer(): Promise<number | undefined> {
    const first = await new Promise<number | undefined>(
      (resolve) => void this.#askAll(resolve, () => {}).then(() => resolve(undefined)),
    );
    this.#endRace();
    return first;
  }

  /** Leaves the current server where another answers and it does not. */
  async #prove(): Promise<void> {
    const { world, prefer } = this.setup;
    const current = this.#current;
    /** in the order in which they answered */
    const answered: number[] = [];
    const settled = new Set<number>();
    let patience: Timer | undefined;
    const alive = await new Promise<boolean>((resolve) => {
      let patient = true;
      const verdict = (): void => {
        if (answered.includes(current)) resolve(true);
        else if (answered.length > 0 && (!patient || settled.size + answered.length >= this.setup.count))
          resolve(false);
      };
      patience = world.after(PATIENCE_MS, () => {
        patient = false;
        verdict();
      });
      const hear = (server: number): void => {
        answered.push(server);
        verdict();
      };
      const settle = (server: number): void => {
        if (!answered.includes(server)) settled.add(server);
        verdict();
      };
      // nobody answers: then the network is away, and not this server
      void this.#askAll(hear, settle).then(() =>
        resolve(answered.length === 0 || answered.includes(current)),
      );
    });
    patience?.stop();
    this.#endRace();
    if (alive || this.#current !== current || this.#stopped) return;
    this.#wellSince[current] = Infinity;
    this.#move(prefer === 'fastest' ? answered[0] : Math.min(...answered), 'dead');
  }

  #move(to: number, why: MoveCause): void {
    const from = this.#current;
    this.#current = to;
    this.#nearer = { server: to, looks: 0 };
    this.#lookLater();
    this.setup.moved(to, from, why);
  }

  /** Whether there may be a better one than the current: only then is anybody looked at. */
  get #improvable(): boolean {
    return this.setup.prefer === 'fastest' || this.#current > 0;
  }

  #lookLater(): void {
    if (this.#look || this.#stopped || !this.#improvable) return;
    this.#look = new AbortController();
    this.#timer = this.setup.world.after(LOOK_MS, () => void this.#lookAround());
  }

  async #lookAround(): Promise<void> {
    const { count, ask, prefer, world } = this.setup;
    const { signal } = this.#look!;
    const looked = Array.from({ length: prefer === 'fastest' ? count : this.#current }, (_, i) => i);
    const looks = await Promise.all(looked.map((server) => ask(server, () => {}, signal)));
    this.#look = undefined;
    if (this.#stopped) return;
    looks.forEach((look, server) => {
      const well = look !== null && look.loss <= WELL_LOSS;
      if (!well) this.#wellSince[server] = Infinity;
      else if (this.#wellSince[server] === Infinity) this.#wellSince[server] = world.now();
    });
    const better = prefer === 'fastest' ? this.#nearest(looks) : this.#earlier(looked);
    if (better !== undefined) this.#move(better, prefer === 'fastest' ? 'faster' : 'back');
    this.#lookLater();
  }

  readonly #isWell = (server: number): boolean => this.setup.world.now() - this.#wellSince[server] >= WELL_MS;

  #earlier(looked: readonly number[]): number | undefined {
    return looked.find((server) => server < this.#current && this.#isWell(server));
  }

  /** One that has been clearly nearer than the current in several looks. */
  #nearest(looks: readonly (ServerLook | null)[]): number | undefined {
    const far = looks.map((look, server) =>
      look && (server === this.#current || this.#isWell(server)) ? cost(look) : Infinity,
    );
    const best = far.indexOf(Math.min(...far));
    const mine = far[this.#current];
    const clearly = far[best] < mine * (1 - FASTER_SHARE) && far[best] < mine - FASTER_MS;
    // one that did not answer is no slower: whoever uses it says when it is dead
    if (!clearly || mine === Infinity) this.#nearer.looks = 0;
    else if (this.#nearer.server === best) this.#nearer.looks++;
    else this.#nearer = { server: best, looks: 1 };
    return this.#nearer.looks >= FASTER_LOOKS ? best : undefined;
  }
}

/** What is lost comes a round trip later, on average. */
const cost = ({ rtt, loss }: ServerLook): number => rtt / Math.max(0.01, 1 - loss);
