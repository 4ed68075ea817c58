import { randomUUID } from 'node:crypto';
import { ApiError } from '../../shared/errors.ts';
import type { ClientOptions } from '../../shared/options.ts';
import { checkSpares, parseOptions } from '../../shared/options-parse.ts';
import { checkBounds } from '../../shared/options-rules.ts';
import { problemLine } from '../../shared/options-problem.ts';
import { type Colour, COLOURS, missingKeyOf, MOST_PROFILES, type Profile } from '../../shared/profile.ts';
import { parseServers, type SpareOptions, type SpareServer } from '../../shared/servers.ts';

/** What a profile is made of; the rest is filled in. */
export type ProfileDraft = Pick<Profile, 'name' | 'extra'> & {
  options: Readonly<Record<string, unknown>>;
  spares?: readonly SpareDraft[];
  colour?: Colour;
  autostart?: boolean;
};

/** A spare server that is not checked yet. */
type SpareDraft = Pick<SpareServer, 'id'> & { options: Readonly<Record<string, unknown>> };

/** Removals that can still be undone. */
const UNDOS_KEPT = 50;

/** Where the profiles are kept. */
export interface ProfileShelf {
  profiles: readonly Profile[];
}

/** The saved profiles, in the user's order. Options that cannot work are refused, so what is saved can be started. */
export class ProfileBook {
  readonly #shelf: ProfileShelf;
  readonly #removed = new Map<string, { profile: Profile; index: number }[]>();

  constructor(shelf: ProfileShelf) {
    this.#shelf = shelf;
  }

  get all(): readonly Profile[] {
    return this.#shelf.profiles;
  }

  /** @throws ApiError not-found */
  get(id: string): Profile {
    const profile = this.all.find((one) => one.id === id);
    if (!profile) throw new ApiError('not-found', `no profile has the id ${id}`);
    return profile;
  }

  /** How many more may be saved. */
  get room(): number {
    return Math.max(0, MOST_PROFILES - this.all.length);
  }

  /** @throws ApiError bad-option, naming each field, too-many */
  create(draft: ProfileDraft): Profile {
    const profile = this.make(draft, this.all);
    this.add([profile]);
    return profile;
  }

  /** Saves what `make` made, in one write. @throws ApiError too-many */
  add(profiles: readonly Profile[]): void {
    this.#save([...this.all, ...profiles]);
  }

  /** @throws ApiError not-found, bad-option */
  update(id: string, patch: Partial<ProfileDraft>): Profile {
    const old = this.get(id);
    const { options, spares, unknown } =
      patch.options || patch.spares
        ? checked(patch.options ?? old.options, patch.spares ?? old.spares)
        : { options: old.options, spares: old.spares, unknown: {} };
    const missing = new Map(old.spares?.map(({ id, missingKey }) => [id, missingKey]));
    const profile = {
      ...old,
      ...patch,
      options,
      extra: { ...(patch.extra ?? old.extra), ...unknown },
      spares: spares?.map((spare) => ({ ...spare, missingKey: missing.get(spare.id) })),
    };
    this.#shelf.profiles = this.all.map((one) => (one.id === id ? profile : one));
    return this.get(id);
  }

  /** A copy right behind the original, which does not connect by itself. @throws ApiError not-found, key-missing, too-many */
  clone(id: string): Profile {
    const original = withKey(this.get(id));
    const copy = { ...original, id: randomUUID(), name: this.#freeName(original.name), autostart: false };
    const profiles = [...this.all];
    profiles.splice(profiles.indexOf(original) + 1, 0, copy);
    this.#save(profiles);
    return copy;
  }

  /** Answers with what `restore` needs. @throws ApiError not-found when one of them is not there; then none goes */
  remove(ids: readonly string[]): string {
    const gone = new Set(ids.map((id) => this.get(id).id));
    const undo = randomUUID();
    const removed = this.all
      .map((profile, index) => ({ profile, index }))
      .filter(({ profile }) => gone.has(profile.id));
    this.#removed.set(undo, removed);
    if (this.#removed.size > UNDOS_KEPT) this.#removed.delete(this.#removed.keys().next().value!);
    this.#shelf.profiles = this.all.filter(({ id }) => !gone.has(id));
    return undo;
  }

  /** @throws ApiError not-found when it was restored already, too-many */
  restore(undo: string): Profile[] {
    const removed = this.#removed.get(undo);
    if (!removed) throw new ApiError('not-found', 'nothing is left to be restored by that undo');
    const profiles = [...this.all];
    for (const { profile, index } of removed) profiles.splice(Math.min(index, profiles.length), 0, profile);
    this.#save(profiles);
    this.#removed.delete(undo);
    return removed.map(({ profile }) => profile);
  }

  /** @throws ApiError bad-argument when `ids` is not every id once */
  reorder(ids: readonly string[]): void {
    const wanted = new Set(ids);
    if (
      wanted.size !== ids.length ||
      ids.length !== this.all.length ||
      !this.all.every(({ id }) => wanted.has(id))
    ) {
      throw new ApiError('bad-argument', 'ids: expected every profile once', [
        { field: 'ids', message: 'expected every profile once' },
      ]);
    }
    this.#shelf.profiles = ids.map((id) => this.get(id));
  }

  /**
   * A profile of a draft, not saved yet; `others` are those it shall differ from in its colour.
   * @throws ApiError bad-option, naming each field
   */
  make(
    { name, options: given, spares: drafts, extra, colour, autostart = false }: ProfileDraft,
    others: readonly Profile[],
  ): Profile {
    const { options, spares, unknown } = checked(given, drafts);
    const id = randomUUID();
    return {
      id,
      name,
      colour: colour ?? nextColour(others),
      autostart,
      options,
      ...(spares.length > 0 && { spares }),
      extra: { ...extra, ...unknown },
      demo: false,
    };
  }

  #save(profiles: readonly Profile[]): void {
    if (profiles.length > Math.max(MOST_PROFILES, this.all.length))
      throw new ApiError('too-many', `expected at most ${MOST_PROFILES} tunnels`);
    this.#shelf.profiles = profiles;
  }

  #freeName(name: string): string {
    const base = name.replace(/ \d+$/, '');
    const taken = new Set(this.all.map((one) => one.name));
    for (let n = 2; ; n++) if (!taken.has(`${base} ${n}`)) return `${base} ${n}`;
  }
}

/** The colour that the fewest have, in the palette's order. */
function nextColour(profiles: readonly Profile[]): Colour {
  const counts = new Map<Colour, number>(COLOURS.map((colour) => [colour, 0]));
  for (const { colour } of profiles) counts.set(colour, counts.get(colour)! + 1);
  return COLOURS.reduce((best, colour) => (counts.get(colour)! < counts.get(best)! ? colour : best));
}

/** @throws ApiError bad-option, naming each field */
function checked(
  input: Readonly<Record<string, unknown>>,
  drafts: readonly SpareDraft[] = [],
): {
  options: Partial<ClientOptions>;
  spares: SpareServer[];
  unknown: Record<string, unknown>;
} {
  const { given, options, problems, unknown } = parseOptions('client', { ...input, spares: null });
  const parsed = parseServers(
    drafts.map((draft) => draft.options),
    1,
  );
  const spares = drafts.map(({ id }, i) => ({ id, options: parsed.servers[i] as SpareOptions }));
  const all = spares.map((spare) => spare.options);
  problems.push(...parsed.problems, ...checkBounds(options), ...checkSpares(options, all));
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) {
    const fields = errors.map(({ key, server, text }) => ({
      field: server === undefined ? key : `${key} of server ${server}`,
      message: `expected ${text}`,
    }));
    throw new ApiError('bad-option', errors.map((problem) => problemLine(problem)).join('; '), fields);
  }
  return { options: given, spares, unknown };
}

/** The profile, all of whose keys are at hand. @throws ApiError key-missing where one cannot be opened here */
export function withKey(profile: Profile): Profile {
  if (!missingKeyOf(profile)) return profile;
  const whose = profile.missingKey ? 'its key' : 'the key of each spare server';
  throw new ApiError(
    'key-missing',
    `${profile.name}: expected ${whose}, which is sealed and cannot be opened here`,
  );
}

/**
 * Every option of the client, what the profile does not set at its default, and what its spare servers have of their own.
 * @throws ApiError bad-option, key-missing: another's key, or kcptun's own, is not tried in its place
 */
export function resolved(profile: Profile): { options: ClientOptions; spares: SpareOptions[] } {
  checked(withKey(profile).options, profile.spares);
  const { options } = parseOptions('client', profile.options);
  return { options, spares: (profile.spares ?? []).map((spare) => spare.options) };
}
