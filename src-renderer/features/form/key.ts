import { KEY_BITS } from '../../../shared/limits.ts';

/** A random key, in letters and digits that need no quoting in any shell. */
export function generateKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(KEY_BITS / 8));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
