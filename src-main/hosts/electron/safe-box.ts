import type { SecretBox } from '../../store/secret-box.ts';
import type { ElectronMain } from './electron-main.ts';

/**
 * The system's keyring, where the system really encrypts: on Linux without a keyring Electron falls back to a password that is
 * in its sources (`basic_text`), which is no better than plain text and is not called encrypted here.
 */
export function safeBox(
  { safeStorage }: Pick<ElectronMain, 'safeStorage'>,
  platform: NodeJS.Platform,
): SecretBox | null {
  if (!safeStorage.isEncryptionAvailable()) return null;
  if (platform === 'linux' && safeStorage.getSelectedStorageBackend() === 'basic_text') return null;
  return {
    seal: (secret) => safeStorage.encryptString(secret).toString('base64'),
    open: (sealed) => safeStorage.decryptString(Buffer.from(sealed, 'base64')),
  };
}
