// The engine's parts that the benchmarks time, one by one.
export { CRYPTS } from '../../shared/crypts.ts';
export { PacketBatch } from '../../src-main/engine/batch.ts';
export { createCrypt } from '../../src-main/engine/crypt/registry.ts';
export { createKernel } from '../../src-main/engine/kernel/load.ts';
