import type { TunnelUpdate } from '../../shared/api.ts';
import type { Counters } from '../../shared/counters.ts';
import { type ClientOptions, defaultOptions } from '../../shared/options.ts';
import type { Ping } from '../../shared/probe.ts';
import type { Profile } from '../../shared/profile.ts';
import { isOn, OFF, type TunnelState, usedServer } from '../../shared/state.ts';
import type { Connection, History, Statistics } from '../../shared/statistics.ts';
import { Edits } from './edits.svelte.ts';
import { appendMinute, appendSecond, joinHistory } from './history.ts';

/** One saved tunnel and what is known of it now. */
export class Tunnel {
  profile: Profile;
  state: TunnelState = $state.raw(OFF);
  /** null until the first second of a run is over */
  statistics: Statistics | null = $state.raw(null);
  connections: Connection[] = $state.raw([]);
  /** how far its server was lately, oldest first */
  pings: Ping[] = $state.raw([]);
  /** what came by notification, and from `joinHistory` on all that the core remembers */
  history: History = $state.raw({ seconds: [], minutes: [] });
  /** the counters of the second before; null in a run's first */
  before: Counters | null = $state.raw(null);
  readonly edits = new Edits();
  /** every option, with kcptun's defaults where the profile says nothing */
  readonly options: ClientOptions = $derived.by(() => ({
    ...defaultOptions('client'),
    ...this.profile.options,
  }));
  readonly on = $derived(isOn(this.state));
  /** where programs connect to: as it is bound where that is known (port 0), else as configured */
  readonly address = $derived('address' in this.state ? this.state.address : this.options.localaddr);

  /** which server is in use, where there are several */
  readonly server = $derived(usedServer(this.state));
  /** the spare server that is in use */
  readonly spare = $derived.by(() => this.server && this.profile.spares?.[this.server.index - 1]);

  constructor(profile: Profile) {
    this.profile = $state.raw(profile);
  }

  get id(): string {
    return this.profile.id;
  }

  apply({ state, statistics, connections, pings }: TunnelUpdate): void {
    if (state) {
      if (state.kind === 'starting' || state.kind === 'off') this.statistics = this.before = null;
      if (state.kind === 'off') this.connections = [];
      this.state = state;
    }
    if (statistics) {
      this.before = this.statistics?.counters ?? null;
      this.statistics = statistics;
      this.history = appendSecond(this.history, statistics.sample);
      if (statistics.minute) this.history = appendMinute(this.history, statistics.minute);
    }
    if (connections) this.connections = connections;
    if (pings) this.pings = pings;
  }

  joinHistory(loaded: History): void {
    this.history = joinHistory(loaded, this.history);
  }
}
