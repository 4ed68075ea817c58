import type { SessionSnapshot, SessionState, Trouble } from '../../../shared/snapshot.ts';
import type { EngineError } from '../errors.ts';
import type { SmuxSession } from '../smux/session.ts';
import type { SmuxStream } from '../smux/stream.ts';

/** What the client and the server need of one session: one conversation with one peer, whatever carries it. */
export interface Session {
  readonly mux: SmuxSession;
  /** conversation id, as in the KCP header */
  readonly conv: number;
  /** host:port or [v6]:port of the peer */
  readonly remote: string;
  readonly closed: boolean;
  /** Set by the client when the session takes no new streams. */
  expired: boolean;
  /** Segments sent and not acknowledged, or waiting to be sent. */
  readonly backlog: number;
  snapshot(): SessionSnapshot;
  /** Ends the session and its streams at once; closing twice is harmless. */
  close(reason?: EngineError): void;
  /** The peer opened a stream. */
  onStream: (stream: SmuxStream) => void;
  /** Called once, however the session ends. */
  onClose: (reason: EngineError) => void;
  /** Called whenever the state or the list of troubles has changed. */
  onState: (state: SessionState, troubles: readonly Trouble[]) => void;
}
