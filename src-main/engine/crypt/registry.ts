import { CRYPTS, type CryptName, isCryptName } from '../../../shared/crypts.ts';
import type { PacketBatch } from '../batch.ts';
import { EngineError } from '../errors.ts';
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

/** @param openssl the cipher's name in OpenSSL, without the mode, where it has one */
const block =
  (keyBytes: number, blockBytes: 8 | 16, expand: ExpandKey, openssl?: string): MakeCipher =>
  (pass, { kernel, native = true }) => {
    const key = pass.subarray(0, keyBytes);
    const found = native && openssl ? probeNative(openssl, key, blockBytes, expand) : undefined;
    const encrypt = expand(key);
    return found ? new NativeCfb(kernel, found, encrypt, blockBytes) : new Cfb(encrypt, blockBytes);
  };

const clear: DatagramCipher = { seal() {}, open() {} };

/** The crypts whose datagrams carry a nonce and a checksum: all but two. */
const CIPHERS: Record<Exclude<CryptName, 'null' | 'aes-128-gcm'>, MakeCipher> = {
  aes: block(32, 16, aes, 'aes-256'),
  'aes-128': block(16, 16, aes, 'aes-128'),
  'aes-192': block(24, 16, aes, 'aes-192'),
  sm4: block(16, 16, sm4, 'sm4'),
  twofish: block(32, 16, twofish),
  blowfish: block(32, 8, blowfish, 'bf'),
  cast5: block(16, 8, cast5, 'cast5'),
  '3des': block(24, 8, tripleDes, 'des-ede3'),
  tea: block(16, 8, tea),
  xtea: block(16, 8, xtea),
  salsa20: (pass, { kernel }) => new Salsa20(kernel, pass),
  xor: (pass, { kernel }) => new Xor(kernel, pass),
  none: () => clear,
};

/** The block cipher of `aes-128-gcm`. */
function aes128Blocks(pass: Uint8Array, { native = true }: CipherWorld): EncryptBlocks {
  const key = pass.subarray(0, 16);
  const found = native ? probeNative('aes-128', key, 16, aes) : undefined;
  return found ? nativeEcb(found.ecb()) : ownEcb(aes(key), 16);
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
 * @throws EngineError `bad-option` for any other name
 */
export function createCrypt(name: string, pass: Uint8Array, world: CryptWorld): PacketCrypt {
  if (!isCryptName(name)) {
    throw new EngineError('bad-option', `crypt: ${JSON.stringify(name)} is not one of ${CRYPTS.join(', ')}`);
  }
  if (pass.length !== PASS_BYTES) {
    throw new EngineError(
      'bad-option',
      `crypt: the derived key has ${pass.length} bytes, expected ${PASS_BYTES}`,
    );
  }
  if (name === 'null') return bare;
  const random = new RandomPool(world.randomFill);
  if (name === 'aes-128-gcm') return new Gcm(name, world.kernel, aes128Blocks(pass, world), random);
  return new CheckedCrypt(name, createCipher(name, pass, world), random);
}
