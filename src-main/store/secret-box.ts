/** Keeps secrets at rest. In Electron safeStorage stands behind it. */
export interface SecretBox {
  /** whether what it seals is encrypted; the window says so where it is not */
  readonly secure: boolean;
  /** Text that may lie on disk. */
  seal(secret: string): string;
  /** @throws when `sealed` cannot be read here: another user, another machine, a keychain that is gone */
  open(sealed: string): string;
}

/** For hosts with no secure storage: the secret lies in the file as it is, readable by its owner only. */
export const PLAIN_BOX: SecretBox = {
  secure: false,
  seal: (secret) => secret,
  open: (sealed) => sealed,
};
