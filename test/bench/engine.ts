// The engine's parts that the benchmarks time, one by one.
export { zeroCounters } from '../../shared/counters.ts';
export { CRYPTS } from '../../shared/crypts.ts';
export { PacketBatch } from '../../src-main/engine/kernel/batch.ts';
export { createCrypt } from '../../src-main/engine/crypt/registry.ts';
export { FecDecoder } from '../../src-main/engine/fec/decoder.ts';
export { FecEncoder } from '../../src-main/engine/fec/encoder.ts';
export { createKernel } from '../../src-main/engine/kernel/load.ts';
export { createQpp } from '../../src-main/engine/qpp/qpp.ts';
export { SnappyDecoder } from '../../src-main/engine/snappy/decoder.ts';
export { SnappyEncoder } from '../../src-main/engine/snappy/encoder.ts';
export { SNAPPY_MAX_CHUNK } from '../../src-main/engine/snappy/framing.ts';
