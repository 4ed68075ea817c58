/** Keeps secrets at rest. */
export interface SecretBox {
  /** Text that may lie on disk. @throws when it cannot seal now */
  seal(secret: string): string;
  /** @throws when `sealed` cannot be read here: another user, another machine, a keychain that is gone */
  open(sealed: string): string;
  /** Whether it would seal so today; without this, always. */
  isCurrent?(sealed: string): boolean;
}

/** The system's secure storage, which may have to ask the user first. Sealed text is base64. */
export interface SystemBox {
  /** Rejects when it cannot seal now. */
  seal(secret: string): Promise<string>;
  /** Rejects as `SecretBox.open` throws. `stale`: the system has a better key by now, and wants it sealed anew. */
  open(sealed: string): Promise<{ secret: string; stale: boolean }>;
}
