/**
 * What somebody on the way can do; sending a captured datagram again is stopped by none of them.
 * - none: read everything
 * - weak: read it with a little work: it hides the bytes from a glance, not from an attacker
 * - forgeable: not read what he does not know, but make datagrams of his own from a captured one: where the text is
 *   known the keystream is, and the CRC, being linear, is mended with it
 * - malleable: not read it, but change the last bytes of a datagram whose text he knows: a change in the last block
 *   garbles nothing behind it, and can be chosen so that the CRC stays; compression and FEC make the text unknown to him
 * - sealed: neither read nor change it
 */
export type CryptSecurity = 'none' | 'weak' | 'forgeable' | 'malleable' | 'sealed';

export interface CryptInfo {
  /** bytes in front of and behind the body of each datagram */
  readonly head: number;
  readonly tail: number;
  readonly security: CryptSecurity;
  /** the first kcptun release that is known to have it */
  readonly since: '20170120' | '20210922' | 'newest';
}

/** nonce(16) and CRC-32(4), a block cipher in CFB */
const ordinary = { head: 20, tail: 0, security: 'malleable', since: '20170120' } as const satisfies CryptInfo;

/** What can be said to `crypt`, kcptun's default first. */
export const CRYPT_INFO = {
  aes: ordinary,
  'aes-128': ordinary,
  'aes-192': ordinary,
  // nonce(12) in front, tag(16) behind
  'aes-128-gcm': { head: 12, tail: 16, security: 'sealed', since: 'newest' },
  // the nonce stands in the open, and nothing but the CRC holds datagram and keystream together
  salsa20: { ...ordinary, security: 'forgeable' },
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
