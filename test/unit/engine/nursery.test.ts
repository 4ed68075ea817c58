import { expect, it } from 'vitest';
import { collectYoung } from '../../../src-main/engine/nursery.ts';

const MiB = 1 << 20;

it('frees dead buffers that V8 itself would keep for long', async () => {
  for (let i = 0; i < 20; i++) Buffer.allocUnsafeSlow(MiB);
  const before = process.memoryUsage().arrayBuffers;
  collectYoung(3_000_000);
  expect(process.memoryUsage().arrayBuffers).toBeGreaterThan(before - 5 * MiB);
  collectYoung(1_000_000);
  await expect.poll(() => process.memoryUsage().arrayBuffers).toBeLessThan(before - 15 * MiB);
});
