import base64 from 'virtual:kernel';
import { EngineError } from '../errors.ts';
import type { CfbStep, LaneCipher } from './crypt-kernel.ts';
import { partition, type Kernel } from './kernel.ts';
import { createPlainKernel } from './plain.ts';
import { trimWhenIdle } from './trim.ts';

/**
 * Bytes of a kernel's memory. Fixed, so that views of it stay valid; pages nobody touched cost nothing. What waits in it
 * is what a thread moves in about half a second: with more, sessions would wait longer and not go faster.
 */
export const KERNEL_BYTES = 128 << 20;

/**
 * A kernel of its own memory: 'wasm' needs WebAssembly SIMD, 'plain' runs everywhere, 'auto' takes the first that works.
 * @throws EngineError `unsupported` where 'wasm' is asked for and there is no SIMD.
 */
export function createKernel(kind: 'auto' | 'wasm' | 'plain' = 'auto'): Kernel {
  if (kind === 'plain') return createPlainKernel(KERNEL_BYTES);
  const binary = Buffer.from(base64, 'base64');
  // A module with SIMD instructions does not validate where the engine or the processor lacks them.
  if (WebAssembly.validate(binary)) return createWasmKernel(binary);
  if (kind === 'auto') return createPlainKernel(KERNEL_BYTES);
  throw new EngineError('unsupported', 'kernel wasm: WebAssembly SIMD is not available here');
}

let shared: Kernel | undefined;

/** The one kernel of this thread, made at first use. */
export function sharedKernel(): Kernel {
  if (!shared) trimWhenIdle((shared = createKernel()));
  return shared;
}

/** The functions of the module as JavaScript sees them: an unsigned result comes back signed. */
type Exports = Omit<Kernel, 'name' | 'bytes' | 'words' | 'view' | 'arena' | 'pages' | 'cfb'> &
  Record<LaneCipher, CfbStep> & { arenaStart(): number };

function createWasmKernel(binary: Uint8Array<ArrayBuffer>): Kernel {
  const pages = KERNEL_BYTES >> 16;
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(binary), { env: { memory } });
  const { arenaStart, crc32, crc32c, ...functions } = instance.exports as unknown as Exports;
  return {
    ...functions,
    name: 'wasm',
    bytes: new Uint8Array(memory.buffer),
    words: new Uint32Array(memory.buffer),
    view: new DataView(memory.buffer),
    ...partition(arenaStart(), KERNEL_BYTES),
    cfb: functions,
    crc32: (offset, length) => crc32(offset, length) >>> 0,
    crc32c: (offset, length) => crc32c(offset, length) >>> 0,
  };
}
