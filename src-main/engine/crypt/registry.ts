import { CRYPTS, type CryptName, isCryptName } from '../../../shared/crypts.ts';
import type { PacketBatch } from '../kernel/batch.ts';
import { OptionError } from '../errors.ts';
import type { LaneCipher } from '../kernel/crypt-kernel.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { ExpandKey } from './block-cipher.ts';
import { Cfb } from './cfb.ts';
import { CheckedCrypt } from './checked-crypt.ts';
import { aes } from './ciphers/aes.ts';
import { blowfish } from './ciphers/blowfish.ts';
import { cast5 } from './ciphers/cast5.ts';
import { sm4 } from './ciphers/sm4.ts';
import { tea } from './ciphers/tea.ts';
import { tripleDes } from './ciphers/triple-des.ts';
import { twofish } from './ciphers/twofish.ts';
import { xtea } from './ciphers/xtea.ts';
import type { PacketCrypt } from './crypt.ts';
import { type EncryptBlocks, nativeEcb, ownEcb } from './ecb.ts';
import { Gcm } from './gcm.ts';
import type { DatagramCipher } from './datagram-cipher.ts';
import { PASS_BYTES } from './key.ts';
import { LaneCfb } from './lane-cfb.ts';
import { NativeCfb, probeNative } from './native-cfb.ts';
import { RandomPool } from './random-pool.ts';
import { Salsa20, Xor } from './stream-ciphers.ts';

export interface CipherWorld {
  kernel: Kernel;
  /** Whether ciphers of node:crypto may be used where they are there; the bytes are the same either way. */
  native?: boolean;
}

export interface CryptWorld extends CipherWorld {
  /** Fills with unpredictable bytes, for nonces. */
  randomFill(bytes: Uint8Array): void;
}

type MakeCipher = (pass: Uint8Array, world: CipherWorld) => DatagramCipher;

/** AES, which every processor and every node:crypto has. @param openssl its name in OpenSSL, without the mode */
const native =
  (keyBytes: number, openssl: string): MakeCipher =>
  (pass, { kernel, native = true }) => {
    const key = pass.subarray(0, keyBytes);
    const found = native ? probeNative(openssl, key, aes) : undefined;
    const { encrypt } = aes(key);
    return found ? new NativeCfb(kernel, found, encrypt) : new Cfb(encrypt, 16);
  };

/** The kernel beats what OpenSSL has of these, too (SM4 and triple DES; the rest only as legacy). */
const lanes =
  (name: LaneCipher, keyBytes: number, blockBytes: 8 | 16, expand: ExpandKey): MakeCipher =>
  (pass, { kernel }) => {
    const cipher = expand(pass.subarray(0, keyBytes));
    const step = kernel.cfb?.[name];
    return step ? new LaneCfb(kernel, step, name, cipher, blockBytes) : new Cfb(cipher.encrypt, blockBytes);
  };

const clear: DatagramCipher = { seal() {}, open() {} };

/** The crypts whose datagrams carry a nonce and a checksum: all but two. */
const CIPHERS: Record<Exclude<CryptName, 'null' | 'aes-128-gcm'>, MakeCipher> = {
  aes: native(32, 'aes-256'),
  'aes-128': native(16, 'aes-128'),
  'aes-192': native(24, 'aes-192'),
  sm4: lanes('sm4', 16, 16, sm4),
  twofish: lanes('twofish', 32, 16, twofish),
  blowfish: lanes('blowfish', 32, 8, blowfish),
  cast5: lanes('cast5', 16, 8, cast5),
  '3des': lanes('tripleDes', 24, 8, tripleDes),
  tea: lanes('tea', 16, 8, tea),
  xtea: lanes('xtea', 16, 8, xtea),
  salsa20: (pass, { kernel }) => new Salsa20(kernel, pass),
  xor: (pass, { kernel }) => new Xor(kernel, pass),
  none: () => clear,
};

/** The block cipher of `aes-128-gcm`. */
function aes128Blocks(pass: Uint8Array, { native = true }: CipherWorld): EncryptBlocks {
  const key = pass.subarray(0, 16);
  const found = native ? probeNative('aes-128', key, aes) : undefined;
  return found ? nativeEcb(found.ecb()) : ownEcb(aes(key).encrypt, 16);
}

/** No header, no checksum: everything that arrives is taken. */
const bare: PacketCrypt = {
  name: 'null',
  head: 0,
  tail: 0,
  seal() {},
  open: (batch: PacketBatch) => void batch.ok.fill(1, 0, batch.count),
};

/** The cipher alone, which encrypts datagrams as they are: without nonce and checksum of its own. */
export const createCipher = (
  name: keyof typeof CIPHERS,
  pass: Uint8Array,
  world: CipherWorld,
): DatagramCipher => CIPHERS[name](pass, world);

/**
 * Make one a tunnel, not one a session: the key is expanded here.
 * @param name one of `CRYPTS`
 * @param pass the 32 bytes of `deriveKey`
 * @throws OptionError for any other name
 */
export function createCrypt(name: string, pass: Uint8Array, world: CryptWorld): PacketCrypt {
  if (!isCryptName(name)) {
    throw new OptionError('crypt', JSON.stringify(name), `one of ${CRYPTS.join(', ')}`);
  }
  if (pass.length !== PASS_BYTES) {
    throw new OptionError('key', '', `${PASS_BYTES} bytes derived from it, not ${pass.length}`);
  }
  if (name === 'null') return bare;
  const random = new RandomPool(world.randomFill);
  if (name === 'aes-128-gcm') return new Gcm(name, world.kernel, aes128Blocks(pass, world), random);
  return new CheckedCrypt(name, createCipher(name, pass, world), random);
}
