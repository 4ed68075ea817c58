/** Bytes of a block. */
export const BLOCK_BYTES = 16 * 1024;
/**
 * So many blocks without a use are kept (16 MB); the rest is left to the collector, which is late: with 256, that is 4 MB,
 * 100 connections made and dropped 10 MB of them a second (measured).
 */
const KEPT = 1024;

const free: Uint8Array[] = [];

/**
 * A block with anything in it, for bytes that wait. Blocks are used again: what waits through two rounds of the nursery
 * would else be collected with the old objects only, tens of MB later (measured, with 100 connections).
 */
export const takeBlock = (): Uint8Array => free.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES);

/** Takes a block back, or its first part; nobody may read or write it any more. Other memory is left alone. */
export function giveBlock(bytes: Uint8Array): void {
  if (bytes.buffer.byteLength !== BLOCK_BYTES || free.length >= KEPT) return;
  free.push(bytes.length === BLOCK_BYTES ? bytes : Buffer.from(bytes.buffer));
}
