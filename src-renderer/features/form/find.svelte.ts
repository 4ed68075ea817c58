import { ApiError } from '../../../shared/errors.ts';
import { CRYPTS } from '../../../shared/crypts.ts';
import { SMUX_AUTO } from '../../../shared/options.ts';
import { fittingOptions, type ProbeReport, type ProbeStage } from '../../../shared/probe.ts';
import type { Core } from '../../client/core.svelte.ts';
import type { Edits } from '../../client/edits.svelte.ts';
import { i18n } from '../../i18n/i18n.svelte.ts';
import type { Form } from './form.svelte.ts';
import type { FormKey } from './sections.ts';

/** What is known of the largest packet that passes; `untold` where this system cannot keep packets whole. */
export type FoundSize =
  { kind: 'unknown' | 'asking' | 'silent' | 'untold' } | { kind: 'found'; bytes: number };

/** Asks the server of a form what it is, and fills in what is found as it is found. */
export class Find {
  /** null while nobody asks */
  stage: Exclude<ProbeStage, 'done'> | null = $state(null);
  report: ProbeReport | null = $state.raw(null);
  /** why nobody could be asked, in the window's language */
  trouble: string | null = $state(null);
  size: FoundSize = $state.raw({ kind: 'unknown' });
  readonly possible: boolean;
  readonly busy = $derived(this.stage !== null);
  /** how many crypts are asked for */
  readonly crypts = CRYPTS.length;
  #before: Edits['options'] | null = $state.raw(null);
  readonly undoable = $derived(this.#before !== null && !this.busy);
  #stop: () => void = () => {};

  constructor(
    readonly form: () => Form,
    readonly core: Core,
  ) {
    this.possible = $derived.by(() => {
      const { notes, values } = this.form();
      return !notes.host && notes.port?.severity !== 'error' && values.key !== '';
    });
  }

  async run(): Promise<void> {
    if (this.busy) return;
    const { options, edits } = this.form();
    const { remoteaddr, key, crypt } = options;
    this.report = this.trouble = null;
    this.#before = { ...edits.options };
    edits.found = [];
    this.stage = 'resolving';
    try {
      const { report, stop } = this.core.probe({ remoteaddr, key, crypt }, (progress) => {
        if (progress.stage !== 'done') this.stage = progress.stage;
        this.#learn(progress.report);
      });
      this.#stop = stop;
      this.#learn(await report);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.trouble = i18n.t.errors[error.code];
    } finally {
      this.stage = null;
    }
  }

  /** Asks for the largest packet that passes alone, and sets mtu to it. */
  async runSize(): Promise<void> {
    if (this.busy || this.size.kind === 'asking') return;
    const { remoteaddr, key, crypt } = this.form().options;
    this.size = { kind: 'asking' };
    try {
      const { report, stop } = this.core.probe({ remoteaddr, key, crypt }, ({ stage }) => {
        // the sizes are known before the heartbeat is waited for
        if (stage === 'waiting') stop();
      });
      this.#stop = stop;
      const { answered, line } = await report;
      const { mtu } = line;
      if (mtu === null) this.size = { kind: answered === null ? 'silent' : 'untold' };
      else {
        this.size = { kind: 'found', bytes: mtu };
        this.form().fill({ mtu });
      }
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.size = { kind: 'silent' };
    }
  }

  /** Ends the asking with what is known. */
  stop(): void {
    this.#stop();
  }

  /** Every field as it was before. */
  undo(): void {
    const { edits } = this.form();
    if (this.#before) edits.options = this.#before;
    edits.found = [];
    this.#before = this.report = null;
  }

  #learn(report: ProbeReport): void {
    const form = this.form();
    this.report = report;
    const fitting = fittingOptions(report, form.options.mtu);
    const found = Object.keys(fitting) as FormKey[];
    for (const key of found) {
      // a version that is learned stays so, and the core remembers this one
      if (key === 'smuxver' && form.options.smuxver === SMUX_AUTO) continue;
      if (!form.edits.found.includes(key) && form.options[key] !== fitting[key])
        form.fill({ [key]: fitting[key] });
    }
    const fresh = found.filter((key) => !form.edits.found.includes(key));
    if (fresh.length > 0) form.edits.found = [...form.edits.found, ...fresh];
  }
}
