import { SHORTEST_PASSPHRASE } from '../../../shared/limits.ts';
import { ApiError } from '../../../shared/errors.ts';
import type { Core } from '../../client/core.svelte.ts';

/** What may be wrong with what is typed. */
export type PassphraseProblem = 'short' | 'different' | 'wrong';

/** A passphrase as it is typed: to open the keys, or to seal them from now on. */
export class Passphrase {
  text = $state('');
  again = $state('');
  /** the core makes a key of it, which takes its time */
  busy = $state(false);
  #tried = $state(false);
  #wrong: string | null = $state(null);

  readonly #found: PassphraseProblem | null = $derived.by(() => {
    if (this.purpose === 'unlock') return this.#wrong === this.text ? 'wrong' : null;
    if (this.text.length < SHORTEST_PASSPHRASE) return 'short';
    return this.again === this.text ? null : 'different';
  });
  /** what is wrong, once it was tried */
  readonly problem = $derived(this.#tried ? this.#found : null);

  constructor(
    readonly core: Core,
    readonly purpose: 'unlock' | 'set',
  ) {}

  /** @returns whether it was taken. Rejects with an `ApiError` for all but a wrong one. */
  async submit(): Promise<boolean> {
    this.#tried = true;
    if (this.#found || !this.text || this.busy) return false;
    this.busy = true;
    try {
      if (this.purpose === 'unlock') await this.core.unlock(this.text);
      else await this.core.setPassphrase(this.text);
      return true;
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'wrong-passphrase') throw error;
      this.#wrong = this.text;
      return false;
    } finally {
      this.busy = false;
    }
  }
}
