import { createContext } from 'svelte';
import { ApiError } from '../../../shared/errors.ts';
import type { Profile } from '../../../shared/profile.ts';
import { Toasts } from '../../components/toasts.svelte.ts';
import type { Core } from '../../client/core.svelte.ts';
import { Edits } from '../../client/edits.svelte.ts';
import type { Tunnel } from '../../client/tunnel.svelte.ts';
import { i18n } from '../../i18n/i18n.svelte.ts';

export const TABS = ['overview', 'connections', 'settings', 'counters', 'log'] as const;
export type Tab = (typeof TABS)[number];

/** What the right side shows. */
export type Place =
  { kind: 'nothing' } | { kind: 'new' } | { kind: 'tunnel'; tunnel: Tunnel } | { kind: 'app-log' };

/** What was chosen to be shown; a tunnel may have gone since. */
type Choice = { kind: 'new' | 'app-log' } | { kind: 'tunnel'; id: string };

/** The one dialog that may be open. */
export type OpenDialog =
  | { kind: 'import'; sources: { name: string; text: string }[]; text: string }
  | { kind: 'export'; tunnel: Tunnel | null }
  | { kind: 'server-command'; tunnel: Tunnel }
  | { kind: 'preferences' }
  | { kind: 'passphrase'; purpose: 'unlock' | 'set' };

/** Where the window is, and every verb that a button, a menu and a shortcut share. */
export class App {
  #choice: Choice | null = $state.raw(null);
  tab: Tab = $state('overview');
  dialog: OpenDialog | null = $state.raw(null);
  query = $state('');
  readonly toasts = new Toasts();
  /** what was typed for a tunnel that is not made yet */
  readonly newEdits = new Edits();
  /** the first tunnel is shown where none was chosen, or the chosen one is gone */
  readonly place: Place = $derived.by(() => {
    const choice = this.#choice;
    if (choice && choice.kind !== 'tunnel') return { kind: choice.kind };
    const tunnel = this.core.find(choice?.id ?? null) ?? this.core.tunnels.at(0);
    return tunnel ? { kind: 'tunnel', tunnel } : { kind: 'nothing' };
  });
  readonly tunnel: Tunnel | undefined = $derived(
    this.place.kind === 'tunnel' ? this.place.tunnel : undefined,
  );
  readonly found: Tunnel[] = $derived.by(() => {
    const query = this.query.trim().toLocaleLowerCase();
    const matches = ({ profile, options }: Tunnel) =>
      `${profile.name} ${options.remoteaddr} ${options.localaddr}`.toLocaleLowerCase().includes(query);
    return query ? this.core.tunnels.filter(matches) : this.core.tunnels;
  });

  constructor(readonly core: Core) {
    // once a start: whoever puts it off finds it again where a key is missing
    if (core.keys.passphrase === 'locked') this.askPassphrase('unlock');
  }

  /** Runs a request for its effect; what goes wrong is told and not thrown. */
  async attempt<T>(work: Promise<T>): Promise<T | undefined> {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const fields = error.fields.map(({ field, message }) => `${field}: ${message}`).join('; ');
      const detail =
        fields || (error.code === 'internal' || error.code === 'storage-failed' ? error.message : '');
      this.toasts.show(`${i18n.t.errors[error.code]} ${detail}`.trim(), { tone: 'bad', seconds: 10 });
      return undefined;
    }
  }

  askPassphrase(purpose: 'unlock' | 'set'): void {
    this.dialog = { kind: 'passphrase', purpose };
  }

  select(id: string, tab: Tab = this.tab): void {
    this.#choice = { kind: 'tunnel', id };
    this.tab = tab;
  }

  create(): void {
    this.#choice = { kind: 'new' };
  }

  showAppLog(): void {
    this.dialog = null;
    this.#choice = { kind: 'app-log' };
  }

  /** @param text stands there to be looked at, and is imported on a word */
  openImport(sources: { name: string; text: string }[] = [], text = ''): void {
    this.dialog = { kind: 'import', sources, text };
  }

  toggle(tunnel: Tunnel): Promise<void> {
    return this.attempt(this.core.toggle(tunnel));
  }

  /** Makes what was typed for a new tunnel. */
  async make(
    profile: Pick<Profile, 'name' | 'colour' | 'autostart' | 'options' | 'spares'>,
    connect: boolean,
  ): Promise<void> {
    const made = await this.attempt(this.core.create(profile));
    if (!made) return;
    this.newEdits.discard();
    this.select(made.id, connect ? 'overview' : 'settings');
    if (connect) await this.attempt(this.core.start(made.id));
  }

  /** @returns whether it is saved; a running tunnel goes on with the old settings until it is connected anew */
  async save(
    tunnel: Tunnel,
    patch: Partial<Pick<Profile, 'name' | 'colour' | 'autostart' | 'options' | 'spares'>>,
  ): Promise<boolean> {
    if (!(await this.attempt(this.core.save(tunnel, patch)))) return false;
    const { form } = i18n.t;
    if (!tunnel.on) this.toasts.show(form.saved);
    else
      this.toasts.show(form.savedRunning, {
        action: { label: form.reconnectNow, run: () => void this.attempt(this.core.restart(tunnel)) },
      });
    return true;
  }

  async clone(tunnel: Tunnel): Promise<void> {
    const copy = await this.attempt(this.core.clone(tunnel));
    if (copy) this.select(copy.id, 'settings');
  }

  async remove(tunnel: Tunnel): Promise<void> {
    if (tunnel.profile.demo) return this.attempt(this.core.stopDemo());
    const at = this.core.tunnels.indexOf(tunnel);
    const neighbour = this.core.tunnels[at + 1] ?? this.core.tunnels[at - 1];
    const chosen = this.#choice;
    // before it is gone: the window would look at the first one for a moment
    if (this.tunnel === tunnel && neighbour) this.select(neighbour.id);
    const undo = await this.attempt(this.core.remove(tunnel));
    if (undo === undefined) {
      this.#choice = chosen;
      return;
    }
    const { list, common } = i18n.t;
    this.toasts.show(list.removed(tunnel.profile.name), {
      action: { label: common.undo, run: () => void this.#restore(undo) },
    });
  }

  async #restore(undo: string): Promise<void> {
    const [back] = (await this.attempt(this.core.restore(undo))) ?? [];
    if (back) this.select(back.id);
  }

  move(tunnel: Tunnel, steps: number): Promise<void> {
    return this.attempt(this.core.move(tunnel, steps));
  }

  async startDemo(): Promise<void> {
    const demo = await this.attempt(this.core.startDemo());
    if (demo) this.select(demo.id, 'overview');
  }

  /** Selects the neighbour in the list as it is searched now. */
  step(steps: number): void {
    if (this.found.length === 0) return;
    const from = this.tunnel ? this.found.indexOf(this.tunnel) : -1;
    this.select(this.found[Math.max(0, Math.min(this.found.length - 1, from + steps))].id);
  }
}

export const [getApp, setApp] = createContext<App>();
