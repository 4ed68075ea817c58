// One file a layer, and one a cipher; what they export is the kernel (see ../kernel.ts for what each function promises).
export * from './blowfish';
export * from './cast5';
export * from './crypt';
export * from './fec';
export * from './gcm';
export * from './memory';
export * from './salsa20';
export * from './sm4';
export * from './snappy';
export * from './tea';
export * from './triple-des';
export * from './twofish';

/** Where the module's static data ends and the arena may begin. */
export function arenaStart(): usize {
  return __heap_base;
}
