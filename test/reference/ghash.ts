const read = (bytes: Uint8Array): bigint => BigInt('0x' + Buffer.from(bytes).toString('hex'));

/** The product of two blocks (NIST SP 800-38D, algorithm 1). */
function multiply(x: bigint, y: bigint): bigint {
  let z = 0n;
  let v = y;
  for (let i = 127n; i >= 0n; i--) {
    if ((x >> i) & 1n) z ^= v;
    v = v & 1n ? (v >> 1n) ^ (0xe1n << 120n) : v >> 1n;
  }
  return z;
}

/** GHASH (algorithm 2) of zero-padded data and the block of lengths, without additional data. */
export function ghash(hashKey: Uint8Array, data: Uint8Array): Buffer {
  const padded = Buffer.alloc(16 * Math.ceil(data.length / 16) + 16);
  padded.set(data);
  padded.writeUInt32BE(8 * data.length, padded.length - 4);
  let y = 0n;
  for (let from = 0; from < padded.length; from += 16) {
    y = multiply(y ^ read(padded.subarray(from, from + 16)), read(hashKey));
  }
  return Buffer.from(y.toString(16).padStart(32, '0'), 'hex');
}
