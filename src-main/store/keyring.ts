import { randomBytes } from 'node:crypto';
import { Sealer } from './passphrase.ts';
import type { SecretBox, SystemBox } from './secret-box.ts';

const KEY_BYTES = 32;
/** Stands for every profile: what the keyring has sealed says by itself what it is. */
const ID = 'keyring';

/**
 * Keys at rest by the system's secure storage, without waiting for it at each change: it seals a key of our own, once
 * a file, and that key seals the others. Each sealed text holds both, `<our key, sealed>.<the secret, sealed by it>`,
 * in base64, so that none depends on another. What older versions had the system seal itself is a text without a dot.
 */
export class Keyring implements SecretBox {
  /** by our key as it is sealed */
  readonly #sealers = new Map<string, Sealer>();
  /** what older versions sealed, by its text */
  readonly #older = new Map<string, string>();
  /** our key by which is sealed now, as it is sealed; null where the system would not seal one */
  #current: string | null = null;
  #failure: unknown;

  private constructor() {}

  /** @param texts whatever was sealed and is to be opened; what cannot be is left alone */
  static async open(system: SystemBox, texts: readonly string[]): Promise<Keyring> {
    const ring = new Keyring();
    for (const text of new Set(texts.map((text) => text.split('.')[0]))) {
      const found = await system.open(text).catch(() => null);
      if (!found) continue;
      if (texts.includes(text)) ring.#older.set(text, found.secret);
      else ring.#add(text, found.secret, found.stale);
    }
    if (ring.#current === null) await ring.#make(system);
    return ring;
  }

  seal(secret: string): string {
    if (this.#current === null) throw this.#failure;
    return `${this.#current}.${this.#sealers.get(this.#current)!.seal(ID, secret)}`;
  }

  open(sealed: string): string {
    const older = this.#older.get(sealed);
    if (older !== undefined) return older;
    const [ours, text] = sealed.split('.');
    const sealer = this.#sealers.get(ours);
    if (!sealer || text === undefined) throw new Error('it was sealed by another system or user');
    return sealer.open(ID, text);
  }

  /** Where nothing better can be had, everything is as good as it gets. */
  isCurrent(sealed: string): boolean {
    return this.#current === null || sealed.startsWith(`${this.#current}.`);
  }

  #add(sealed: string, secret: string, stale: boolean): void {
    const key = Buffer.from(secret, 'base64');
    if (key.length !== KEY_BYTES) return;
    this.#sealers.set(sealed, new Sealer(key));
    if (!stale) this.#current ??= sealed;
  }

  /** A new key of ours; it is opened once before anything rests on it. */
  async #make(system: SystemBox): Promise<void> {
    const secret = randomBytes(KEY_BYTES).toString('base64');
    try {
      const sealed = await system.seal(secret);
      if ((await system.open(sealed)).secret !== secret)
        throw new Error('the secure storage of the system does not give back what it was given');
      this.#add(sealed, secret, false);
    } catch (error) {
      this.#failure = error;
    }
  }
}
