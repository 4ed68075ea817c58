/** What `make` returns, made at first use: tables that only some tunnels need cost the others time and memory. */
export function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

/** Turns a little-endian word into the big-endian one of the same four bytes, and back. */
export const swap32 = (x: number): number =>
  (x << 24) | ((x << 8) & 0xff0000) | ((x >>> 8) & 0xff00) | (x >>> 24);

/** Rotates a 32-bit word left by 1 to 31 bits. */
export const rotl32 = (x: number, bits: number): number => (x << bits) | (x >>> (32 - bits));

/** The bytes as big-endian words. */
export function bigEndianWords(bytes: Uint8Array): Int32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Int32Array.from({ length: bytes.length >> 2 }, (_, i) => view.getInt32(4 * i));
}
