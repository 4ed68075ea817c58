import type { Socket } from 'node:net';
import type { StreamSnapshot } from '../../../shared/snapshot.ts';
import type { EventSource } from '../events.ts';
import { Pipe, type StreamCipher } from './pipe.ts';
import type { Session } from '../session/types.ts';
import type { SmuxStream } from '../smux/stream.ts';
import type { World } from '../runtime/world.ts';

/** One connection in one stream, in the words of kcptun's log. */
export interface StreamEnds {
  in: string;
  out: string;
  /** the end of it that is not a session, for the list */
  source: string;
}

export interface CarriedOptions {
  world: World;
  events: EventSource;
  /** seconds */
  closewait: number;
  /** makes the state of QPP for one stream of a session */
  cipher?: (session: Session) => StreamCipher | undefined;
}

/** The connections that an engine carries now: joins each with its stream, tells its beginning and end, and lists it. */
export class CarriedStreams {
  readonly #pipes = new Map<Pipe, () => StreamSnapshot>();

  constructor(private readonly options: CarriedOptions) {}

  carry(socket: Socket, session: Session, stream: SmuxStream, ends: StreamEnds): Pipe {
    const { world, events, closewait, cipher } = this.options;
    const openedAt = world.wallClock();
    const snapshot = (): StreamSnapshot => ({
      id: `${session.conv}:${stream.id}`,
      source: ends.source,
      openedAt,
      sent: stream.written,
      received: stream.received,
    });
    const pipe = new Pipe(socket, stream, {
      world,
      closeWaitMs: closewait * 1000,
      cipher: cipher?.(session),
      onClose: (reason) => {
        this.#pipes.delete(pipe);
        const told = { in: ends.in, out: ends.out, stream: snapshot(), reason: reason?.message ?? null };
        events.emit({ kind: 'stream-closed', ...told });
      },
    });
    this.#pipes.set(pipe, snapshot);
    events.emit({ kind: 'stream-opened', in: ends.in, out: ends.out, stream: snapshot() });
    return pipe;
  }

  snapshot(): StreamSnapshot[] {
    return [...this.#pipes.values()].map((snapshot) => snapshot());
  }

  /** Ends them all at once; resolves when every connection is closed. */
  async close(): Promise<void> {
    const closed = [...this.#pipes.keys()].map(
      ({ socket }) => new Promise<void>((resolve) => socket.once('close', () => resolve())),
    );
    for (const pipe of this.#pipes.keys()) pipe.destroy();
    await Promise.all(closed);
  }
}
