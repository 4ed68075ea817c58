/** The version of the file's schema that this program writes. */
export const STORE_VERSION = 3;

export type StoredFile = Record<string, unknown>;

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `MIGRATIONS[n]` turns a file of version n into one of version n + 1. A file without a version is of version 0. */
const MIGRATIONS: readonly ((file: StoredFile) => StoredFile)[] = [
  /** 0: a file just created, or one that a hand has emptied */
  (file) => file,
  /** 1: a key said only whether it was sealed, and all that sealed was the keyring */
  (file) => ({
    ...file,
    profiles: Array.isArray(file.profiles) ? file.profiles.map(withSealer) : file.profiles,
  }),
  /** 2: knew one server a profile; a program that still does is to leave a file with more alone */
  (file) => file,
];

function withSealer(profile: unknown): unknown {
  if (!isObject(profile) || !isObject(profile.key)) return profile;
  const { text, sealed } = profile.key;
  return { ...profile, key: { by: sealed === true ? 'keyring' : 'plain', text } };
}

export function versionOf({ version }: StoredFile): number {
  return typeof version === 'number' && Number.isInteger(version) && version >= 0 ? version : 0;
}

/** A file of this or an older version in today's shape; a newer one as it is. */
export function migrate(
  file: StoredFile,
  migrations: readonly ((file: StoredFile) => StoredFile)[] = MIGRATIONS,
): StoredFile {
  const old = migrations.slice(Math.min(versionOf(file), migrations.length));
  return old.reduce((current, step) => step(current), file);
}
