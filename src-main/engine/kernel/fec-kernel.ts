/** What FEC asks of a kernel. All offsets are into the kernel's memory. */
export interface FecKernel {
  /**
   * For each of `rows` accumulators, `stride` bytes apart from `to`, adds coefficient x input over GF(2^8)
   * (polynomial 0x11d): bytes[to + r * stride + i] ^= bytes[coefficients + r] x bytes[from + i], for i below `length`.
   * Accumulators and input must not overlap.
   */
  gfMulAdd(
    to: number,
    stride: number,
    rows: number,
    coefficients: number,
    from: number,
    length: number,
  ): void;
}
