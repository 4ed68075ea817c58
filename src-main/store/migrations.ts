/** The version of the file's schema that this program writes. */
export const STORE_VERSION = 1;

export type StoredFile = Record<string, unknown>;

/** `MIGRATIONS[n]` turns a file of version n into one of version n + 1. A file without a version is of version 0. */
const MIGRATIONS: readonly ((file: StoredFile) => StoredFile)[] = [
  /** 0: a file just created, or one that a hand has emptied */
  (file) => file,
];

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
