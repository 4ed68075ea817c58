import { type TunnelState, usedServer } from '../../shared/state.ts';
import type { Locale } from '../../shared/words/locale.ts';
import type { BoardTunnel } from './tunnel-board.ts';

/** A loss that mends itself within this time was none worth a word. */
const GRACE_MS = 5000;
/** After sleep everything is lost for a moment. */
const AWAKE_GRACE_MS = 20_000;
/** Two notices about one tunnel are at least so far apart. */
const GAP_MS = 60_000;

const works = ({ kind }: TunnelState): boolean => kind === 'connected' || kind === 'degraded';
const isLost = ({ kind }: TunnelState): boolean => kind === 'reconnecting' || kind === 'failed';

interface Watched {
  name: string;
  worked: boolean;
  state: TunnelState;
  pending: NodeJS.Timeout | undefined;
  told: boolean;
  toldAt: number;
  /** the spare server that was told of, or the first */
  server: number;
}

/** Tells of a tunnel that worked and works no more, that it is back, and that it uses another server; never of what the user did himself. */
export class Notifier {
  readonly #watched = new Map<string, Watched>();
  #grace = GRACE_MS;
  #awake: NodeJS.Timeout | undefined;

  constructor(
    readonly locale: () => Locale,
    readonly wanted: () => boolean,
    readonly notify: (title: string, body: string) => void,
  ) {}

  onState({ profile: { id, name, demo }, state }: BoardTunnel): void {
    if (demo) return;
    const fresh: Watched = {
      name,
      worked: false,
      state,
      pending: undefined,
      told: false,
      toldAt: -Infinity,
      server: 0,
    };
    const one = this.#watched.get(id) ?? fresh;
    this.#watched.set(id, one);
    one.name = name;
    one.state = state;
    this.#follow(one, state);
    if (works(state)) {
      clearTimeout(one.pending);
      one.pending = undefined;
      one.worked = true;
      if (one.told) {
        const { desktop } = this.locale().words;
        this.#tell(one, desktop.back(name), desktop.backText);
      }
      one.told = false;
    } else if (state.kind === 'off') {
      clearTimeout(one.pending);
      this.#watched.delete(id);
    } else if (isLost(state) && one.worked && !one.told && !one.pending) this.#arm(one);
  }

  /** Another of its servers is in use. */
  #follow(one: Watched, state: TunnelState): void {
    const used = usedServer(state);
    if (!used || used.index === one.server) return;
    one.server = used.index;
    if (!used.moved) return;
    const { desktop } = this.locale().words;
    const { why, from } = used.moved;
    this.#tell(one, desktop.moved(one.name), desktop.movedText[why](used.remote, from));
  }

  /** The machine has slept: what was about to be told is stale, and the tunnels need a moment. */
  resumed(): void {
    this.#grace = AWAKE_GRACE_MS;
    clearTimeout(this.#awake);
    this.#awake = setTimeout(() => (this.#grace = GRACE_MS), AWAKE_GRACE_MS);
    for (const one of this.#watched.values()) {
      if (!one.pending) continue;
      clearTimeout(one.pending);
      this.#arm(one);
    }
  }

  stop(): void {
    clearTimeout(this.#awake);
    for (const { pending } of this.#watched.values()) clearTimeout(pending);
    this.#watched.clear();
  }

  #arm(one: Watched): void {
    one.pending = setTimeout(() => {
      one.pending = undefined;
      if (isLost(one.state) && Date.now() - one.toldAt >= GAP_MS) this.#lost(one);
    }, this.#grace);
  }

  #lost(one: Watched): void {
    const diagnosis = 'diagnosis' in one.state ? one.state.diagnosis : null;
    one.told = true;
    const locale = this.locale();
    const { desktop } = locale.words;
    const why = diagnosis ? locale.diagnosis(diagnosis, Date.now()).title : desktop.lostText;
    this.#tell(one, desktop.lost(one.name), why);
  }

  #tell(one: Watched, title: string, body: string): void {
    one.toldAt = Date.now();
    if (this.wanted()) this.notify(title, body);
  }
}
