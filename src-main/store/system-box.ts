import type { SystemBox } from './secret-box.ts';

/** Electron's safeStorage; the calls that do not block are new in Electron, and not there on every system. */
export interface SafeStorage {
  isEncryptionAvailable(): boolean;
  getSelectedStorageBackend(): string;
  encryptString(text: string): Buffer;
  decryptString(sealed: Buffer): string;
  isAsyncEncryptionAvailable?(): Promise<boolean>;
  encryptStringAsync?(text: string): Promise<Buffer>;
  decryptStringAsync?(sealed: Buffer): Promise<{ result: string; shouldReEncrypt: boolean }>;
}

const bytes = (sealed: string): Buffer => Buffer.from(sealed, 'base64');

/**
 * The system's keyring, where the system really encrypts: on Linux without a keyring Electron falls back to a password
 * that is in its sources (`basic_text`), which is no better than plain text and is not called encrypted here. What the
 * calls that block have sealed, the others can open; the other way round is not promised.
 */
export async function systemBox(storage: SafeStorage, platform: NodeJS.Platform): Promise<SystemBox | null> {
  if (platform === 'linux' && storage.getSelectedStorageBackend() === 'basic_text') return null;
  if (await storage.isAsyncEncryptionAvailable?.().catch(() => false))
    return {
      seal: async (secret) => (await storage.encryptStringAsync!(secret)).toString('base64'),
      open: async (sealed) => {
        const { result, shouldReEncrypt } = await storage.decryptStringAsync!(bytes(sealed));
        return { secret: result, stale: shouldReEncrypt };
      },
    };
  if (!storage.isEncryptionAvailable()) return null;
  return {
    seal: async (secret) => storage.encryptString(secret).toString('base64'),
    open: async (sealed) => ({ secret: storage.decryptString(bytes(sealed)), stale: false }),
  };
}
