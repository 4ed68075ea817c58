// What the block ciphers of the kernel have in common. Each does one step of CFB in several lanes at once (see CfbStep),
// because a block cipher is one long chain of dependent instructions: a second block costs little more than the first.

// @ts-expect-error: a decorator of AssemblyScript
@inline
export function lane(lanes: usize, n: usize): usize {
  return load<usize>(lanes + (n << 2));
}

/** The 8-byte block before `at`, its first word, big-endian, in the high half. */
// @ts-expect-error: a decorator of AssemblyScript
@inline
export function blockBefore(at: usize): u64 {
  return bswap<u64>(load<u64>(at - 8));
}

/** XORs two big-endian words onto the memory at `at`. */
// @ts-expect-error: a decorator of AssemblyScript
@inline
export function xorBlock(at: usize, a: u32, b: u32): void {
  store<u64>(at, load<u64>(at) ^ bswap<u64>((<u64>a << 32) | <u64>b));
}

// The entry of a table of 256 words for one byte of x, the lowest or the third from it; the table is given by the
// constant offset with which the result is loaded.
// @ts-expect-error: a decorator of AssemblyScript
@inline
export function byte0(table: usize, x: u32): usize {
  return table + ((x << 2) & 0x3fc);
}
// @ts-expect-error: a decorator of AssemblyScript
@inline
export function byte1(table: usize, x: u32): usize {
  return table + ((x >>> 6) & 0x3fc);
}
// @ts-expect-error: a decorator of AssemblyScript
@inline
export function byte2(table: usize, x: u32): usize {
  return table + ((x >>> 14) & 0x3fc);
}
// @ts-expect-error: a decorator of AssemblyScript
@inline
export function byte3(table: usize, x: u32): usize {
  return table + ((x >>> 22) & 0x3fc);
}
