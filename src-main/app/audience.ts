import type { Notify, RequestHandlers, TunnelUpdate } from '../../shared/api.ts';
import type { ProbeServer } from './diagnoser.ts';
import type { LogBook } from './log-book.ts';
import { Outbox } from './outbox.ts';
import { WindowProbes } from './window-probes.ts';

/** One window, or one tray: what it is told, and what it wants to be told. */
interface Listener {
  notify: Notify;
  outbox: Outbox;
  watched: string | null;
}

/** What a window asks for itself alone. */
export type OwnHandlers = Pick<
  RequestHandlers,
  'tunnels.watchConnections' | 'log.follow' | 'probe.run' | 'probe.stop'
>;

/** Everybody who listens to the core: what is told to all, and what each has asked for. */
export class Audience {
  readonly #listeners = new Set<Listener>();

  constructor(
    private readonly log: LogBook,
    private readonly probe: ProbeServer,
    private readonly connections: (id: string) => TunnelUpdate['connections'],
  ) {}

  attach(notify: Notify): { handlers: OwnHandlers; detach(): void } {
    let unfollow = (): void => undefined;
    const detach = (): void => {
      unfollow();
      probes.stopAll();
      listener.outbox.stop();
      this.#listeners.delete(listener);
    };
    const told: Notify = (name, data) => {
      try {
        notify(name, data);
      } catch (error) {
        // what breaks in one window is neither the others' business nor the tunnels'
        detach();
        this.log.write('error', `a window is told nothing more: ${(error as Error).message}`);
      }
    };
    const probes = new WindowProbes(this.probe, told);
    const listener: Listener = { notify: told, outbox: new Outbox(told), watched: null };
    this.#listeners.add(listener);
    return {
      handlers: {
        'tunnels.watchConnections': ({ id }) => void (listener.watched = id),
        'probe.run': (args) => probes.run(args),
        'probe.stop': ({ id }) => probes.stop(id),
        'log.follow': ({ on }) => {
          unfollow();
          if (on) unfollow = this.log.follow((line) => listener.outbox.line(line));
        },
      },
      detach,
    };
  }

  /** Tells all at once. */
  readonly tell: Notify = (name, data) => {
    for (const { notify } of this.#listeners) notify(name, data);
  };

  /** Tells all of one tunnel, at most twice a second; its connections go to who watches them. */
  update(update: TunnelUpdate): void {
    const { id } = update;
    for (const { outbox, watched } of this.#listeners) {
      const connections = watched === id ? this.connections(id) : undefined;
      outbox.tunnel(connections ? { ...update, connections } : update);
    }
  }

  /** What waits to be told of a tunnel that is gone is not told. */
  forget(id: string): void {
    for (const { outbox } of this.#listeners) outbox.forget(id);
  }

  close(): void {
    for (const { outbox } of this.#listeners) outbox.stop();
    this.#listeners.clear();
  }
}
