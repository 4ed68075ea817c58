declare module 'snappyjs' {
  /** Compresses to one raw block (no framing). */
  export function compress(plain: Uint8Array): Uint8Array;
  /** @throws Error where the block is corrupt or longer than `maxLength` */
  export function uncompress(block: Uint8Array, maxLength?: number): Uint8Array;
}
