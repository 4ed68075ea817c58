import { multiply } from '../fec/galois.ts';
import type { FecKernel } from './fec-kernel.ts';
import type { KernelMemory } from './plain.ts';

/** PRODUCTS[a << 8 | b] = a x b. */
const PRODUCTS = Uint8Array.from({ length: 1 << 16 }, (_, i) => multiply(i >> 8, i & 255));

export const plainFec = ({ bytes }: KernelMemory): FecKernel => ({
  gfMulAdd(to, stride, rows, coefficients, from, length) {
    for (let row = 0; row < rows; row++, to += stride) {
      const products = bytes[coefficients + row] << 8;
      for (let i = 0; i < length; i++) bytes[to + i] ^= PRODUCTS[products | bytes[from + i]];
    }
  },
});
