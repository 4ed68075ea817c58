import type { ConfFile } from './conf-file.ts';
import { Keyring } from './keyring.ts';
import { storedKey } from './keys.ts';
import { isObject, migrate, type StoredFile } from './migrations.ts';
import type { SystemBox } from './secret-box.ts';
import { Store } from './store.ts';

/**
 * The store on a file, with what the system's secure storage has sealed in it opened.
 * @param system null where there is none
 * @throws ApiError storage-failed when the file can neither be read nor written
 */
export async function openStore(conf: ConfFile, system: SystemBox | null): Promise<Store> {
  return new Store(conf, system && (await Keyring.open(system, sealedTexts(conf))));
}

/** What the keyring has sealed in a file, whatever else is wrong with it. */
function sealedTexts(conf: ConfFile): string[] {
  let file: StoredFile;
  try {
    file = migrate(conf.store);
  } catch {
    // the store says what is wrong
    return [];
  }
  if (!Array.isArray(file.profiles)) return [];
  return file.profiles.flatMap((profile: unknown) => {
    const key = storedKey.safeParse(isObject(profile) ? profile.key : undefined);
    return key.success && key.data.by === 'keyring' ? [key.data.text] : [];
  });
}
