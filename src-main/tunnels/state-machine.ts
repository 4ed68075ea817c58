import type { EngineSnapshot, Trouble } from '../../shared/snapshot.ts';
import type { Diagnosis } from '../../shared/diagnosis.ts';
import type { TunnelState } from '../../shared/state.ts';
import { heardAt, NO_ANSWER_MS, noAnswer, ofError, ofTroubles, wentQuiet } from './diagnosis.ts';
import type { Report, StateEvent } from './messages.ts';

type Timeless<S> = S extends { since: number } ? Omit<S, 'since'> : S;

/** Derives a running tunnel's state from what its engine reports. Connected is what the peer has proved, never assumed. */
export class StateMachine {
  #state: TunnelState;
  #address: string | null = null;
  #remote = '';
  #wasUp = false;
  #attempt = 0;
  #nextTryAt: number | null = null;
  #dialledAt: number | null = null;
  #failure: Diagnosis | null = null;
  /** when the server was last heard, or null where it never was */
  #heardAt: number | null = null;
  /** the network has said, since the last answer, that nobody listens at the server's port */
  #refused = false;

  /** @param now milliseconds since 1970 */
  constructor(now: number) {
    this.#state = { kind: 'starting', since: now };
  }

  get state(): TunnelState {
    return this.#state;
  }

  /** Takes a report; answers whether the state is another one now. */
  add({ snapshot, events }: Report): boolean {
    for (const event of events) this.#event(event, snapshot.at);
    const next = this.#derive(snapshot);
    const since = next.kind === this.#state.kind && 'since' in this.#state ? this.#state.since : snapshot.at;
    const state = { ...next, since } as TunnelState;
    const changed = JSON.stringify(state) !== JSON.stringify(this.#state);
    this.#state = state;
    return changed;
  }

  #event(event: StateEvent, now: number): void {
    switch (event.kind) {
      case 'listening':
        this.#address = event.address;
        break;
      case 'dialling':
        this.#remote = event.remote;
        this.#dialledAt ??= now;
        this.#nextTryAt = null;
        break;
      case 'up':
        this.#remote = event.remote;
        this.#wasUp = true;
        this.#answered();
        break;
      case 'lost':
        this.#failure = this.#cause(event);
        break;
      case 'retry':
        this.#attempt = event.attempt;
        this.#nextTryAt = event.at;
        break;
      case 'trouble':
        break;
    }
  }

  /** A session that was given up for silence before it was ever answered says no more than that it was dialled. */
  #cause({ code, message, remote }: StateEvent & { kind: 'lost' }): Diagnosis | null {
    if (code !== 'keepalive-timeout') return ofError(code, message, remote || this.#remote);
    return this.#heardAt === null ? null : wentQuiet(remote, this.#heardAt);
  }

  #answered(): void {
    this.#attempt = 0;
    this.#nextTryAt = this.#dialledAt = this.#failure = null;
    this.#refused = false;
  }

  #derive(snapshot: EngineSnapshot): Timeless<TunnelState> {
    const address = this.#address;
    if (address === null) return { kind: 'starting' };

    // a session that was replaced lives on for its streams, but says nothing of whether new ones would work
    const live = snapshot.sessions.filter(
      ({ state, expired }) => !expired && (state === 'up' || state === 'degraded'),
    );
    const heard = live.filter(({ troubles }) => !troubles.some(isSilence));
    if (heard.length > 0) {
      this.#wasUp = true;
      this.#heardAt = Math.max(...heard.map(({ heardAgo }) => heardAt(snapshot.at, heardAgo)));
      this.#answered();
      const troubled = heard.find(({ state }) => state === 'degraded');
      if (!troubled) return { kind: 'connected', address };
      return { kind: 'degraded', address, why: ofTroubles(troubled, snapshot) };
    }

    const dialling = snapshot.sessions.find(({ state }) => state === 'dialling');
    if (dialling) {
      this.#remote = dialling.remote;
      this.#dialledAt ??= snapshot.at;
      this.#refused ||= dialling.troubles.includes('refused');
    }
    // Long before a silent session times out the engine dials another beside it.
    const [quiet] = live;
    if (quiet) {
      this.#wasUp = true;
      if (!dialling && this.#nextTryAt === null)
        return { kind: 'degraded', address, why: ofTroubles(quiet, snapshot) };
    }
    if (!this.#wasUp && this.#dialledAt === null && this.#attempt === 0)
      return { kind: 'listening', address };

    const since = this.#dialledAt ?? snapshot.at;
    const unanswered =
      this.#refused || snapshot.at - since >= NO_ANSWER_MS
        ? noAnswer(this.#remote, since, snapshot, this.#refused)
        : null;
    return {
      kind: this.#wasUp ? 'reconnecting' : 'connecting',
      address,
      attempt: this.#attempt,
      nextTryAt: this.#nextTryAt,
      diagnosis: this.#failure ?? (quiet ? ofTroubles(quiet, snapshot) : unanswered),
    };
  }
}

/** What a session is in trouble by when its server is gone. */
const isSilence = (trouble: Trouble): boolean => trouble === 'nothing-heard' || trouble === 'refused';
