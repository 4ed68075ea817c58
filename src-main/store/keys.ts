import { z } from 'zod';
import type { Profile } from '../../shared/profile.ts';
import type { SecretBox } from './secret-box.ts';

/** A key on disk, and what has sealed it: the system's keyring, or nothing at all. */
export const storedKey = z.object({ by: z.enum(['plain', 'keyring']), text: z.string().max(1 << 16) });
export type StoredKey = z.infer<typeof storedKey>;

/** A key as it lies on disk; `key` is null where it cannot be opened here. */
interface Kept {
  stored: StoredKey;
  key: string | null;
}

/** Keys to be written, by profile, and the word that they were. */
export interface SealedKeys {
  stored: ReadonlyMap<string, StoredKey>;
  written(): void;
}

/**
 * The keys of all profiles as they lie on disk. What cannot be opened here is kept as it is, whatever is written
 * beside it, until its profile gets a new key: another host, or the keyring when it is back, can open it still.
 */
export class Keys {
  /** those of removed profiles too, which may be restored */
  #kept = new Map<string, Kept>();

  constructor(readonly keyring: SecretBox | null) {}

  /** Takes in what the file holds for the profile `id`. */
  read(id: string, stored: StoredKey): void {
    this.#kept.set(id, { stored, key: this.#open(stored) });
  }

  /** The profile with its key, or with why that is missing. */
  present(profile: Profile): Profile {
    const { missingKey, ...rest } = profile;
    const kept = this.#kept.get(profile.id);
    if (rest.options.key !== undefined || !kept || missingKey === undefined) return rest;
    if (kept.key === null) return { ...rest, missingKey: 'unreadable' };
    return { ...rest, options: { ...rest.options, key: kept.key } };
  }

  /** Whether any key lies on disk less well kept than it could be. */
  get improvable(): boolean {
    return [...this.#kept.values()].some(({ stored, key }) => key !== null && stored.by !== this.#best);
  }

  /**
   * Each profile's key for the disk; sealed anew only where it or the way to seal has changed.
   * @throws what the keyring throws
   */
  seal(profiles: readonly Profile[]): SealedKeys {
    const kept = new Map(this.#kept);
    const stored = new Map<string, StoredKey>();
    for (const { id, options, missingKey } of profiles) {
      const { key } = options;
      const old = kept.get(id);
      if (key === undefined) {
        if (old && missingKey !== undefined) stored.set(id, old.stored);
        else kept.delete(id);
        continue;
      }
      const sealed = old?.key === key && old.stored.by === this.#best ? old.stored : this.#seal(key);
      stored.set(id, sealed);
      kept.set(id, { stored: sealed, key });
    }
    return { stored, written: () => void (this.#kept = kept) };
  }

  get #best(): StoredKey['by'] {
    return this.keyring ? 'keyring' : 'plain';
  }

  #seal(key: string): StoredKey {
    return this.keyring ? { by: 'keyring', text: this.keyring.seal(key) } : { by: 'plain', text: key };
  }

  #open({ by, text }: StoredKey): string | null {
    if (by === 'plain') return text;
    try {
      return this.keyring?.open(text) ?? null;
    } catch {
      return null;
    }
  }
}
