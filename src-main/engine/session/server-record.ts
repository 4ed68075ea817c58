import type { SessionSnapshot } from '../../../shared/snapshot.ts';
import type { EngineError, EngineErrorCode } from '../errors.ts';
import type { World } from '../runtime/world.ts';
import type { LinkCause } from '../snapshot.ts';
import type { Session } from './types.ts';

/** Two clocks that are read one after the other do not make another moment of the same one. */
const STEADY_MS = 1_000;
/** What the server sent means nothing: the two ends are set up differently. */
const MISREAD: readonly EngineErrorCode[] = ['smux-version', 'smux-protocol', 'snappy-corrupt'];

/** What a server has shown of itself, over all the sessions there were with it. */
export class ServerRecord {
  /** when it was last heard, in milliseconds since 1970 */
  heardAt: number | null = null;
  /** a smux frame of it has been read, ever */
  understood = false;
  /** what ended the session before, where that came from what the server sent, until it is understood */
  misread: LinkCause | null = null;

  constructor(private readonly world: World) {}

  /** It has answered just now. */
  answered(): void {
    this.heardAt = this.world.wallClock();
  }

  /** The session's snapshot; how long ago it was heard is kept as a moment, which no two looks move. */
  look(session: Session): SessionSnapshot {
    const snapshot = session.snapshot();
    if (session.mux.understood) {
      this.understood = true;
      this.misread = null;
    }
    const at = Math.round(this.world.wallClock() - (snapshot.heardAgo ?? Infinity));
    if (at >= (this.heardAt ?? -Infinity) + STEADY_MS) this.heardAt = at;
    return snapshot;
  }

  /** A session with it that took new streams has ended. */
  ended({ code, message }: EngineError): void {
    if (MISREAD.includes(code)) this.misread = { code, message };
  }
}
