// One file a layer; what they export is the kernel (see ../kernel.ts for what each function promises).
export * from './crypt';
export * from './fec';
export * from './memory';
export * from './snappy';

/** Where the module's static data ends and the arena may begin. */
export function arenaStart(): usize {
  return __heap_base;
}
