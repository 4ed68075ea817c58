import { textOfValue, valueOfText } from '../../../shared/options-value.ts';
import { checkSpares } from '../../../shared/options-parse.ts';
import type { Problem } from '../../../shared/options-problem.ts';
import { type ClientOptions, specOf } from '../../../shared/options.ts';
import type { Profile } from '../../../shared/profile.ts';
import { MOST_SPARES, parseServers, type ServerOwn, type SpareOptions } from '../../../shared/servers.ts';
import type { Edits, SpareEdit } from '../../client/edits.svelte.ts';

/** The spare servers of a form: text as it is typed, laid over those of the profile. */
export class Spares {
  readonly list: readonly SpareEdit[] = $derived.by(() => this.edits.spares ?? this.#before);
  /** as a profile keeps them; wrong values as they were typed */
  readonly result: NonNullable<Profile['spares']> = $derived.by(() =>
    this.list.map(({ id, texts }) => ({
      id,
      options: Object.fromEntries(
        Object.entries(texts)
          .filter(([key, text]) => key === 'remoteaddr' || text !== '')
          .map(([key, text]) => [key, valueOfText(specOf(key as ServerOwn), text.trim())]),
      ) as SpareOptions,
    })),
  );
  readonly problems: readonly Problem[] = $derived.by(() => {
    const { servers, problems } = parseServers(
      this.result.map(({ options }) => options),
      1,
    );
    const all = [...problems, ...checkSpares(this.options(), servers as SpareOptions[])];
    return all.filter(({ severity }) => severity === 'error');
  });
  readonly full = $derived(this.list.length >= MOST_SPARES);
  readonly #before: readonly SpareEdit[] = $derived.by(() => (this.profile().spares ?? []).map(toEdit));
  readonly dirty = $derived.by(() => JSON.stringify(this.list) !== JSON.stringify(this.#before));

  /**
   * @param profile what is edited, as it stands now
   * @param options the first server's, right ones only
   */
  constructor(
    readonly profile: () => Pick<Profile, 'spares'>,
    readonly edits: Edits,
    readonly options: () => ClientOptions,
  ) {}

  add(): void {
    this.edits.spares = [...this.list, { id: crypto.randomUUID(), texts: { remoteaddr: '' } }];
  }

  remove(index: number): void {
    this.edits.spares = this.list.filter((_, i) => i !== index);
  }

  /** @param steps down the list; up when negative */
  move(index: number, steps: number): void {
    const to = index + steps;
    if (to < 0 || to >= this.list.length) return;
    const moved = [...this.list];
    moved.splice(to, 0, ...moved.splice(index, 1));
    this.edits.spares = moved;
  }

  set(index: number, key: ServerOwn, text: string): void {
    this.edits.spares = this.list.map((one, i) =>
      i === index ? { ...one, texts: { ...one.texts, [key]: text } } : one,
    );
  }

  /** What is wrong with one, but an address that is still to come. */
  problemsOf(index: number): readonly Problem[] {
    const untouched = this.list[index].texts.remoteaddr === '' && !this.edits.tried;
    return this.problems.filter(
      ({ server, key }) => server === index + 2 && !(untouched && key === 'remoteaddr'),
    );
  }
}

const toEdit = ({ id, options, missingKey }: NonNullable<Profile['spares']>[number]): SpareEdit => ({
  id,
  texts: Object.fromEntries(
    Object.entries(options).map(([key, value]) => [key, textOfValue(specOf(key as ServerOwn), value)]),
  ),
  ...(missingKey && { missingKey }),
});
