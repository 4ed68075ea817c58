/** Every cipher kcptun knows, by the name of its option `crypt`; the default comes first. */
export const CRYPTS = [
  'aes',
  'aes-128',
  'aes-192',
  'aes-128-gcm',
  'salsa20',
  'blowfish',
  'twofish',
  'cast5',
  '3des',
  'tea',
  'xtea',
  'sm4',
  'xor',
  'none',
  'null',
] as const;

export type CryptName = (typeof CRYPTS)[number];
