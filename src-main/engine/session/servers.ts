import type { ServerEnd, ServerHooks } from '../client.ts';
import type { EngineError } from '../errors.ts';
import type { UsedServer } from '../../../shared/servers.ts';
import type { StreamCipher } from '../tcp/pipe.ts';
import type { Timer, World } from '../runtime/world.ts';
import { ServerChoice, type ServerLook } from './server-choice.ts';
import type { Session } from './types.ts';

/** A dial that has not been answered by then puts its server in doubt. */
const PROMPT_MS = 1_000;

/** One of several servers, with what it has of its own. */
export interface OneServer extends ServerEnd {
  /** How far it is, or null where it does not answer; `heard` is called at its first answer. */
  ask(heard: () => void, signal: AbortSignal): Promise<ServerLook | null>;
}

/** Several servers as one: sessions go to the one that is chosen, and each belongs to the server that it was made with. */
export class Servers implements ServerEnd {
  readonly #of = new WeakMap<Session, OneServer>();
  readonly #prompts = new Set<Timer>();
  readonly #choice: ServerChoice;
  #move: UsedServer['moved'] = null;
  #hooks: ServerHooks | undefined;

  /** @param servers the wanted ones first */
  constructor(
    private readonly servers: readonly OneServer[],
    prefer: 'first' | 'fastest',
    private readonly world: World,
  ) {
    this.#choice = new ServerChoice({
      world,
      prefer,
      count: servers.length,
      ask: (server, heard, signal) => servers[server].ask(heard, signal),
      moved: (to, from, why) => {
        this.#move = { from: servers[from].remote, why };
        this.#hooks?.emit({ kind: 'moved', remote: servers[to].remote, ...this.#move });
        this.#hooks?.moved();
      },
    });
  }

  get remote(): string {
    return this.#server.remote;
  }

  async dial(): Promise<Session> {
    const server = this.#server;
    let session: Session | undefined;
    const prompt = this.world.after(PROMPT_MS, () => {
      this.#prompts.delete(prompt);
      const heard = session && session.snapshot().heardAgo !== null;
      if (server === this.#server && !heard) this.doubtful();
    });
    this.#prompts.add(prompt);
    try {
      session = await server.dial();
      this.#of.set(session, server);
      return session;
    } catch (cause) {
      prompt.stop();
      this.#prompts.delete(prompt);
      this.doubtful();
      throw cause;
    }
  }

  answered(session: Session, yes: boolean): void {
    const server = this.#of.get(session);
    server?.answered?.(session, yes);
    if (!yes && server === this.#server) this.doubtful();
  }

  cipher(session: Session): StreamCipher | undefined {
    return this.#of.get(session)?.cipher?.(session);
  }

  doubtful(session?: Session): void {
    if (session) this.#of.get(session)?.doubtful?.(session);
    this.#choice.doubt();
  }

  ended(session: Session, error: EngineError): void {
    this.#of.get(session)?.ended?.(session, error);
  }

  learned(): Record<string, 1 | 2> {
    return Object.assign({}, ...this.servers.map((server) => server.learned?.())) as Record<string, 1 | 2>;
  }

  used(): UsedServer {
    return { index: this.#choice.current, remote: this.remote, moved: this.#move };
  }

  start(hooks: ServerHooks): Promise<void> {
    this.#hooks = hooks;
    for (const server of this.servers)
      void server.start?.({
        ...hooks,
        redial: () => server === this.#server && hooks.redial(),
      });
    return this.#choice.start();
  }

  stop(): void {
    this.#choice.stop();
    for (const prompt of this.#prompts) prompt.stop();
    for (const server of this.servers) server.stop?.();
  }

  get #server(): OneServer {
    return this.servers[this.#choice.current];
  }
}
