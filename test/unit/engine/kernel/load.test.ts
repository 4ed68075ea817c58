import { describe, expect, it, vi } from 'vitest';
import { EngineError } from '../../../../src-main/engine/errors.ts';
import { createKernel, KERNEL_BYTES, sharedKernel } from '../../../../src-main/engine/kernel/load.ts';

describe('createKernel', () => {
  it('takes WebAssembly where SIMD is there', () => {
    expect(createKernel().name).toBe('wasm');
  });

  it.each(['wasm', 'plain'] as const)('gives %s a memory of fixed size and several views of it', (kind) => {
    const kernel = createKernel(kind);
    expect(kernel.bytes.length).toBe(KERNEL_BYTES);
    kernel.view.setUint32(KERNEL_BYTES - 4, 0x01020304, true);
    expect(kernel.words[KERNEL_BYTES / 4 - 1]).toBe(0x01020304);
    expect(Array.from(kernel.bytes.subarray(KERNEL_BYTES - 4))).toEqual([4, 3, 2, 1]);
  });

  it.each(['wasm', 'plain'] as const)('hands out aligned memory of %s until it is full', (kind) => {
    const { arena } = createKernel(kind);
    const first = arena.alloc(1);
    expect(first % 16).toBe(0);
    expect(first).toBeGreaterThan(0);
    expect(() => arena.alloc(KERNEL_BYTES)).toThrow(EngineError);
  });

  it('falls back to plain where SIMD is missing, unless WebAssembly is asked for', () => {
    const validate = vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);
    try {
      expect(createKernel().name).toBe('plain');
      expect(() => createKernel('wasm')).toThrow(expect.objectContaining({ code: 'unsupported' }));
    } finally {
      validate.mockRestore();
    }
  });

  it('keeps kernels apart, and shares one', () => {
    const [a, b] = [createKernel(), createKernel()];
    expect(a.bytes.buffer).not.toBe(b.bytes.buffer);
    expect(sharedKernel()).toBe(sharedKernel());
  });
});

it('has every function of the plain kernel in WebAssembly, too', () => {
  const functions = (kernel: object): string[] =>
    Object.entries(kernel)
      .filter(([, value]) => typeof value === 'function')
      .map(([name]) => name)
      .sort();
  expect(functions(createKernel('wasm'))).toEqual(expect.arrayContaining(functions(createKernel('plain'))));
});
