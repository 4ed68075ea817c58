/**
 * - none: anyone can read it
 * - weak: hides the bytes from a glance, not from an attacker
 * - ok: a cipher nobody is known to break in this use
 */
export type CryptSecurity = 'none' | 'weak' | 'ok';

export interface CryptInfo {
  /** bytes in front of and behind the body of each datagram */
  readonly head: number;
  readonly tail: number;
  readonly security: CryptSecurity;
  /** the first kcptun release that is known to have it */
  readonly since: '20170120' | '20210922' | 'newest';
}

/** nonce(16) and CRC-32(4) */
const ordinary = { head: 20, tail: 0, security: 'ok', since: '20170120' } as const satisfies CryptInfo;

/** What can be said to `crypt`, kcptun's default first. */
export const CRYPT_INFO = {
  aes: ordinary,
  'aes-128': ordinary,
  'aes-192': ordinary,
  // nonce(12) in front, tag(16) behind
  'aes-128-gcm': { head: 12, tail: 16, security: 'ok', since: 'newest' },
  salsa20: ordinary,
  sm4: { ...ordinary, since: '20210922' },
  twofish: ordinary,
  blowfish: ordinary,
  cast5: ordinary,
  '3des': ordinary,
  xtea: ordinary,
  // 8 cycles instead of the 32 its authors recommend
  tea: { ...ordinary, security: 'weak' },
  // one fixed 1500-byte pad for every datagram
  xor: { ...ordinary, security: 'weak' },
  none: { ...ordinary, security: 'none' },
  null: { head: 0, tail: 0, security: 'none', since: 'newest' },
} as const satisfies Record<string, CryptInfo>;

export type CryptName = keyof typeof CRYPT_INFO;

export const CRYPTS = Object.keys(CRYPT_INFO) as [CryptName, ...CryptName[]];

export const isCryptName = (name: string): name is CryptName => Object.hasOwn(CRYPT_INFO, name);
