import { partition, type Kernel } from './kernel.ts';
import { plainCrypt } from './plain-crypt.ts';
import { plainFec } from './plain-fec.ts';
import { plainSnappy } from './plain-snappy.ts';

/** What a layer's plain functions work on; `words` is the same memory as little-endian 32-bit words. */
export type KernelMemory = Pick<Kernel, 'bytes' | 'words' | 'view'>;

/** The kernel in TypeScript, for where WebAssembly SIMD is missing: the same functions with the same results. */
export function createPlainKernel(size: number): Kernel {
  const buffer = new ArrayBuffer(size);
  const memory: KernelMemory = {
    bytes: new Uint8Array(buffer),
    words: new Uint32Array(buffer),
    view: new DataView(buffer),
  };
  return {
    name: 'plain',
    ...memory,
    // Offset 0 is left unused, as in the module.
    ...partition(16, size),
    copy: (to, from, length) => void memory.bytes.copyWithin(to, from, from + length),
    ...plainCrypt(memory),
    ...plainFec(memory),
    ...plainSnappy(memory),
  };
}
