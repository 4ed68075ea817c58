import { PLAIN_BOX, type SecretBox } from '../../store/secret-box.ts';
import type { ElectronMain } from './electron-main.ts';

/**
 * safeStorage, where the system really encrypts: on Linux without a keyring Electron falls back to a password that is
 * in its sources (`basic_text`), which is no better than plain text and is not called encrypted here.
 */
export function safeBox(
  { safeStorage }: Pick<ElectronMain, 'safeStorage'>,
  platform: NodeJS.Platform,
): SecretBox {
  if (!safeStorage.isEncryptionAvailable()) return PLAIN_BOX;
  if (platform === 'linux' && safeStorage.getSelectedStorageBackend() === 'basic_text') return PLAIN_BOX;
  return {
    secure: true,
    seal: (secret) => safeStorage.encryptString(secret).toString('base64'),
    open: (sealed) => safeStorage.decryptString(Buffer.from(sealed, 'base64')),
  };
}
