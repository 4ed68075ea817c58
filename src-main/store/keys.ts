import { z } from 'zod';
import type { KeyState } from '../../shared/api.ts';
import { ApiError } from '../../shared/errors.ts';
import type { MissingKey, Profile } from '../../shared/profile.ts';
import type { SpareServer } from '../../shared/servers.ts';
import type { OpenLock, Sealer, StoredLock } from './passphrase.ts';
import type { SecretBox } from './secret-box.ts';

/** A key on disk, and what has sealed it. `nothing` is left of one that went with a forgotten passphrase. */
export const storedKey = z.object({
  by: z.enum(['plain', 'keyring', 'passphrase', 'nothing']),
  text: z.string().max(1 << 16),
});
export type StoredKey = z.infer<typeof storedKey>;

/** A key as it lies on disk; `key` is null where it cannot be opened here. */
interface Kept {
  stored: StoredKey;
  key: string | null;
  /** which has sealed it; one passphrase's text is nothing to the next */
  sealer: Sealer | null;
}

/** The passphrase that is set: none, one that is waited for, or an open one. */
type Lock = null | { lock: StoredLock; sealer: null } | OpenLock;

/** What has a key of its own: a profile, or a spare server of one. */
export interface KeyHolder {
  /** unique in the file */
  id: string;
  options: { key?: string };
  missingKey?: MissingKey;
}

/** A spare server's id is unique within its profile alone. */
export const spareKeyId = (profileId: string, id: string): string => `${profileId}/${id}`;
const spareHolder = (profileId: string, spare: SpareServer): SpareServer => ({
  ...spare,
  id: spareKeyId(profileId, spare.id),
});

const holdersOf = (profile: Profile): KeyHolder[] => [
  profile,
  ...(profile.spares ?? []).map((spare) => spareHolder(profile.id, spare)),
];

/** Keys to be written, by holder, and the word that they were. */
export interface SealedKeys {
  lock: StoredLock | undefined;
  stored: ReadonlyMap<string, StoredKey>;
  written(): void;
}

/**
 * The keys of all profiles and their spare servers as they lie on disk: sealed by the passphrase where one is set, else by the system's
 * keyring, else open. What cannot be opened here is kept as it is, whatever is written beside it, until its holder
 * gets a new key: another host, the keyring when it is back, or the passphrase can open it still.
 */
export class Keys {
  /** those of removed profiles and spare servers too, which may be restored */
  #kept = new Map<string, Kept>();
  #lock: Lock;

  constructor(
    readonly keyring: SecretBox | null,
    lock: StoredLock | null,
  ) {
    this.#lock = lock && { lock, sealer: null };
  }

  get state(): KeyState {
    const passphrase = this.#lock ? (this.#lock.sealer ? 'open' : 'locked') : 'none';
    return { keyring: this.keyring !== null, passphrase };
  }

  /** What `openLock` needs, where a passphrase is waited for. */
  get locked(): StoredLock | null {
    return this.#lock && !this.#lock.sealer ? this.#lock.lock : null;
  }

  /** Takes in what the file holds for the holder `id`. */
  read(id: string, stored: StoredKey): void {
    this.#kept.set(id, this.#open(id, stored));
  }

  /** The passphrase is there: what it has sealed can be presented. */
  unlock(lock: OpenLock): void {
    this.#lock = lock;
    for (const [id, { stored, key }] of this.#kept) if (key === null) this.read(id, stored);
  }

  /** The profile with its keys, or with why they are missing. */
  present(profile: Profile): Profile {
    const { spares, ...rest } = this.#presented(profile);
    if (!spares?.length) return rest;
    const presented = spares.map((spare) => ({
      ...this.#presented(spareHolder(profile.id, spare)),
      id: spare.id,
    }));
    return { ...rest, spares: presented };
  }

  #presented<H extends KeyHolder>(holder: H): H {
    const { missingKey, ...rest } = holder;
    const kept = this.#kept.get(holder.id);
    if (rest.options.key !== undefined || !kept || missingKey === undefined) return rest as H;
    if (kept.key === null) return { ...holder, missingKey: this.#whyMissing(kept.stored) };
    return { ...(rest as H), options: { ...rest.options, key: kept.key } };
  }

  /** Whether any key lies on disk less well kept than it could be. */
  get improvable(): boolean {
    const best = this.#best(this.#lock);
    return (
      best !== null &&
      [...this.#kept.values()].some(({ stored, key }) => key !== null && !this.#isBest(stored, best))
    );
  }

  /**
   * Each holder's key for the disk; sealed anew only where it or the way to seal has changed.
   * @param lock the passphrase that is set from now on
   * @param forget what the passphrase has sealed, and cannot be opened, is gone
   * @throws ApiError keys-locked for a new key that nothing can seal before the passphrase is given
   * @throws what the keyring throws
   */
  seal(profiles: readonly Profile[], lock: Lock = this.#lock, forget = false): SealedKeys {
    const kept = new Map(this.#kept);
    if (forget) {
      const gone: Kept = { stored: { by: 'nothing', text: '' }, key: null, sealer: null };
      for (const [id, { stored, key }] of kept)
        if (stored.by === 'passphrase' && key === null) kept.set(id, gone);
    }
    const stored = new Map<string, StoredKey>();
    for (const { id, options, missingKey } of profiles.flatMap(holdersOf)) {
      const old = kept.get(id);
      if (options.key !== undefined) kept.set(id, this.#sealed(id, options.key, old, lock));
      else if (missingKey === undefined) kept.delete(id);
      const now = kept.get(id);
      if (now) stored.set(id, now.stored);
    }
    const written = (): void => {
      this.#kept = kept;
      this.#lock = lock;
    };
    return { lock: lock?.lock, stored, written };
  }

  /** By what a key is sealed now; null where that waits for the passphrase, and open on disk is no choice. */
  #best(lock: Lock): StoredKey['by'] | null {
    if (lock?.sealer) return 'passphrase';
    return this.keyring ? 'keyring' : lock ? null : 'plain';
  }

  #isBest({ by, text }: StoredKey, best: StoredKey['by']): boolean {
    return by === best && (by !== 'keyring' || (this.keyring?.isCurrent?.(text) ?? true));
  }

  #sealed(id: string, key: string, old: Kept | undefined, lock: Lock): Kept {
    const by = this.#best(lock);
    const sealer = by === 'passphrase' ? lock!.sealer : null;
    if (old?.key === key && (by === null || (this.#isBest(old.stored, by) && old.sealer === sealer)))
      return old;
    if (by === null)
      throw new ApiError(
        'keys-locked',
        'a new key cannot be kept before the passphrase of the others is given',
      );
    const text = sealer ? sealer.seal(id, key) : by === 'keyring' ? this.keyring!.seal(key) : key;
    return { stored: { by, text }, key, sealer };
  }

  #open(id: string, stored: StoredKey): Kept {
    const { by, text } = stored;
    const sealer = by === 'passphrase' ? (this.#lock?.sealer ?? null) : null;
    const kept = { stored, key: null, sealer };
    if (by === 'plain') return { ...kept, key: text };
    try {
      if (sealer) return { ...kept, key: sealer.open(id, text) };
      if (by === 'keyring' && this.keyring) return { ...kept, key: this.keyring.open(text) };
    } catch {
      // sealed elsewhere: kept as it is
    }
    return kept;
  }

  #whyMissing({ by }: StoredKey): MissingKey {
    if (by === 'nothing') return 'cleared';
    return by === 'passphrase' && this.locked ? 'locked' : 'unreadable';
  }
}
