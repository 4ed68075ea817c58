/** Bytes of a block, and of a small one, for where little waits: many streams at once may have a byte each. */
export const BLOCK_BYTES = 16 * 1024;
export const SMALL_BYTES = 512;
/**
 * So many blocks without a use are kept (16 MB); the rest is left to the collector, which is late: with 256, that is 4 MB,
 * 100 connections made and dropped 10 MB of them a second (measured).
 */
const KEPT = 1024;

const free: Uint8Array[] = [];
const freeSmall: Uint8Array[] = [];

/**
 * A block with anything in it, for bytes that wait. Blocks are used again: what waits through two rounds of the nursery
 * would else be collected with the old objects only, tens of MB later (measured, with 100 connections).
 */
export const takeBlock = (): Uint8Array => free.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES);
export const takeSmall = (): Uint8Array => freeSmall.pop() ?? Buffer.allocUnsafeSlow(SMALL_BYTES);

/** Takes a block of either size back, or its first part; nobody may read or write it any more. Other memory is left alone. */
export function giveBlock(bytes: Uint8Array): void {
  const { buffer } = bytes;
  const to = buffer.byteLength === BLOCK_BYTES ? free : freeSmall;
  if ((to === freeSmall && buffer.byteLength !== SMALL_BYTES) || to.length >= KEPT) return;
  to.push(bytes.length === buffer.byteLength ? bytes : Buffer.from(buffer));
}
