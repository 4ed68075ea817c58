import { multiply } from '../fec/galois.ts';
import type { FecKernel } from './fec-kernel.ts';
import type { KernelMemory } from './plain.ts';
import { once } from './words.ts';

/** Entry a << 8 | b is a x b. */
const makeProducts = once(() => Uint8Array.from({ length: 1 << 16 }, (_, i) => multiply(i >> 8, i & 255)));

export function plainFec({ bytes }: KernelMemory): FecKernel {
  const products = makeProducts();
  return {
    gfMulAdd(to, stride, rows, coefficients, from, length) {
      for (let row = 0; row < rows; row++, to += stride) {
        const times = bytes[coefficients + row] << 8;
        for (let i = 0; i < length; i++) bytes[to + i] ^= products[times | bytes[from + i]];
      }
    },
  };
}
