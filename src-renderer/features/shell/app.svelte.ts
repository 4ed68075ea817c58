import { createContext, untrack } from 'svelte';
import { ApiError } from '../../../shared/errors.ts';
import type { Profile } from '../../../shared/profile.ts';
import { Toasts } from '../../components/toasts.svelte.ts';
import type { Core } from '../../client/core.svelte.ts';
import type { Tunnel } from '../../client/tunnel.svelte.ts';
import { Form, newDraft } from '../form/form.svelte.ts';
import { i18n } from '../../i18n/i18n.svelte.ts';

export const TABS = ['overview', 'connections', 'settings', 'counters', 'log'] as const;
export type Tab = (typeof TABS)[number];

/** What the right side shows. */
export type Place =
  { kind: 'nothing' } | { kind: 'new' } | { kind: 'tunnel'; id: string } | { kind: 'app-log' };

/** The one dialog that may be open. */
export type OpenDialog =
  | { kind: 'import'; sources: { name: string; text: string }[] }
  | { kind: 'export'; id: string | null }
  | { kind: 'server-command'; id: string }
  | { kind: 'preferences' };

/** The key of a new tunnel's form among those of tunnels: no id is empty. */
const NEW = '';

/** Where the window is, and every verb that a button, a menu and a shortcut share. */
export class App {
  place: Place = $state.raw({ kind: 'nothing' });
  tab: Tab = $state('overview');
  dialog: OpenDialog | null = $state.raw(null);
  query = $state('');
  readonly toasts = new Toasts();
  readonly #forms: Record<string, Form> = {};
  readonly tunnel: Tunnel | undefined = $derived.by(() =>
    this.place.kind === 'tunnel' ? this.core.find(this.place.id) : undefined,
  );
  readonly found: Tunnel[] = $derived.by(() => {
    const query = this.query.trim().toLocaleLowerCase();
    const matches = ({ profile, options }: Tunnel) =>
      `${profile.name} ${options.remoteaddr} ${options.localaddr}`.toLocaleLowerCase().includes(query);
    return query ? this.core.tunnels.filter(matches) : this.core.tunnels;
  });

  constructor(readonly core: Core) {}

  /** The form of a tunnel, or of a new one (null); what was typed is kept while the user looks elsewhere. */
  form(tunnel: Tunnel | null): Form {
    const key = tunnel?.id ?? NEW;
    const known = this.#forms[key];
    if (known) return known;
    const others = () => this.core.tunnels.filter(({ id }) => id !== key);
    const fresh = untrack(() => newDraft(this.core.tunnels, i18n.t.form.newName));
    // it outlives the component that asks for it first
    $effect.root(() => void (this.#forms[key] = new Form(() => tunnel?.profile ?? fresh, others)));
    return this.form(tunnel);
  }

  forgetForm(tunnel: Tunnel | null): void {
    delete this.#forms[tunnel?.id ?? NEW];
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

  select(id: string, tab: Tab = this.tab): void {
    this.place = { kind: 'tunnel', id };
    this.tab = tab;
  }

  create(): void {
    this.place = { kind: 'new' };
  }

  openImport(sources: { name: string; text: string }[] = []): void {
    this.dialog = { kind: 'import', sources };
  }

  toggle(tunnel: Tunnel): Promise<void> {
    const { id } = tunnel;
    return this.attempt(this.core.request(tunnel.on ? 'tunnels.stop' : 'tunnels.start', { id }));
  }

  restart(id: string): Promise<void> {
    return this.attempt(this.core.request('tunnels.restart', { id }));
  }

  /** After a change of settings: a running tunnel goes on with the old ones until it is connected anew. */
  offerReconnect(tunnel: Tunnel): void {
    const { form } = i18n.t;
    if (!tunnel.on) this.toasts.show(form.saved);
    else
      this.toasts.show(form.savedRunning, {
        action: { label: form.reconnectNow, run: () => void this.restart(tunnel.id) },
      });
  }

  async clone(tunnel: Tunnel): Promise<void> {
    const copy = await this.attempt(this.core.request('profiles.clone', { id: tunnel.id }));
    if (copy) this.select(copy.id, 'settings');
  }

  async remove({ id, profile }: Tunnel): Promise<void> {
    if (profile.demo) {
      await this.attempt(this.core.request('demo.stop'));
      return;
    }
    const at = this.core.tunnels.findIndex((tunnel) => tunnel.id === id);
    const neighbour = this.core.tunnels[at + 1] ?? this.core.tunnels[at - 1];
    const removed = await this.attempt(this.core.request('profiles.remove', { ids: [id] }));
    if (!removed) return;
    if (this.place.kind === 'tunnel' && this.place.id === id)
      this.place = neighbour ? { kind: 'tunnel', id: neighbour.id } : { kind: 'nothing' };
    const { list, common } = i18n.t;
    this.toasts.show(list.removed(profile.name), {
      action: { label: common.undo, run: () => void this.#restore(removed.undo) },
    });
  }

  async #restore(undo: string): Promise<void> {
    const [back]: Profile[] = (await this.attempt(this.core.request('profiles.restore', { undo }))) ?? [];
    if (back) this.select(back.id);
  }

  /** @param steps how many places down the list; up when negative */
  move(tunnel: Tunnel, steps: number): Promise<void> {
    const ids = this.core.tunnels.map(({ id }) => id);
    const from = ids.indexOf(tunnel.id);
    const to = Math.max(0, Math.min(ids.length - 1, from + steps));
    ids.splice(to, 0, ...ids.splice(from, 1));
    return this.attempt(this.core.request('profiles.reorder', { ids }));
  }

  async startDemo(): Promise<void> {
    const demo = await this.attempt(this.core.request('demo.start'));
    if (demo) this.select(demo.id, 'overview');
  }

  /** Selects the neighbour in the list as it is searched now. */
  step(steps: number): void {
    const ids = this.found.map(({ id }) => id);
    if (ids.length === 0) return;
    const from = this.place.kind === 'tunnel' ? ids.indexOf(this.place.id) : -1;
    this.select(ids[Math.max(0, Math.min(ids.length - 1, from + steps))]);
  }
}

export const [getApp, setApp] = createContext<App>();
