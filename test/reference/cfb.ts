/** The block function: takes and gives one block. */
export type BlockCipher = (block: Uint8Array) => Uint8Array;

const IV = Buffer.from('a7734f9c12ac1b01a415f2c1fc78e66b', 'hex');

/** CFB as NIST SP 800-38A writes it down, byte by byte, from kcptun's IV: the slow, obvious twin of src-main/engine/crypt. */
export function cfb(cipher: BlockCipher, blockBytes: number, data: Uint8Array, decrypt: boolean): Buffer {
  const out = Buffer.alloc(data.length);
  let previous: Uint8Array = IV.subarray(0, blockBytes);
  for (let from = 0; from < data.length; from += blockBytes) {
    const keystream = cipher(previous);
    const end = Math.min(from + blockBytes, data.length);
    for (let i = from; i < end; i++) out[i] = data[i] ^ keystream[i - from];
    previous = (decrypt ? data : out).subarray(from, end);
  }
  return out;
}
