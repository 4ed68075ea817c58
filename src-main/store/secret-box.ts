/** Keeps secrets at rest, where the system can: in Electron safeStorage stands behind it. */
export interface SecretBox {
  /** Text that may lie on disk. */
  seal(secret: string): string;
  /** @throws when `sealed` cannot be read here: another user, another machine, a keychain that is gone */
  open(sealed: string): string;
}
