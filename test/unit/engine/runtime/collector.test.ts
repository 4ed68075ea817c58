import { execFileSync } from 'node:child_process';
import { getHeapSpaceStatistics } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import {
  COLLECT_BYTES,
  collectorFound,
  collectYoung,
  findCollector,
  sessionEnded,
} from '../../../../src-main/engine/runtime/collector.ts';

const MiB = 1 << 20;

function capacity(): number {
  const nursery = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')!;
  return nursery.space_used_size + nursery.space_available_size;
}

it('leaves the process alone until it is asked for', () => {
  const exposed = (): unknown => runInNewContext('typeof gc');
  expect(exposed()).toBe('undefined');
  expect(collectorFound()).toBe(true);
  expect(exposed()).toBe('function');
});

it('has made the nursery larger than V8 begins with, which does not grow on', () => {
  const grown = capacity();
  expect(grown).toBeGreaterThan(3.5 * MiB);
  const survivors = Array.from({ length: 8 * 32 }, () => new Array<number>(4096).fill(0));
  for (let i = 0; i < 3; i++) collectYoung(COLLECT_BYTES);
  expect(capacity()).toBeLessThan(grown + MiB / 2);
  expect(survivors).toHaveLength(8 * 32);
});

it('makes it no larger where it has grown before', () => {
  const collector = new URL('../../../../src-main/engine/runtime/collector.ts', import.meta.url);
  const script = `
    import { getHeapSpaceStatistics } from 'node:v8';
    import { findCollector } from '${collector.href}';
    const capacity = () => {
      const nursery = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
      return nursery.space_used_size + nursery.space_available_size;
    };
    const survivors = [];
    while (capacity() < ${1.5 * MiB}) survivors.push(new Array(4096).fill(0));
    findCollector();
    console.log(capacity());`;
  const args = ['--import', 'tsx', '--input-type=module', '-e', script];
  const made = Number(execFileSync(process.execPath, args, { encoding: 'utf8' }));
  expect(made).toBeGreaterThan(3.5 * MiB);
  expect(made).toBeLessThan(4.5 * MiB);
});

it('frees dead buffers that V8 itself would keep for long', async () => {
  for (let i = 0; i < 20; i++) Buffer.allocUnsafeSlow(MiB);
  const before = process.memoryUsage().arrayBuffers;
  collectYoung((COLLECT_BYTES * 3) / 4);
  expect(process.memoryUsage().arrayBuffers).toBeGreaterThan(before - 5 * MiB);
  collectYoung(COLLECT_BYTES / 4);
  await expect.poll(() => process.memoryUsage().arrayBuffers).toBeLessThan(before - 15 * MiB);
});

it('frees what very many sessions have left, a little later', async () => {
  const left = await (async () => {
    const old = { bytes: new Array<number>(4096).fill(0) };
    // to where only the large collections come
    for (let i = 0; i < 3; i++) {
      collectYoung(COLLECT_BYTES);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return new WeakRef(old);
  })();
  collectYoung(COLLECT_BYTES);
  await new Promise((resolve) => setImmediate(resolve));
  collectYoung(COLLECT_BYTES);
  expect(left.deref() === undefined).toBe(false);
  for (let i = 0; i < 1000; i++) sessionEnded();
  await expect.poll(() => left.deref() === undefined, { timeout: 5_000 }).toBe(true);
});

it('is not found where V8 keeps its collector', () => {
  expect(findCollector(() => undefined)).toBeUndefined();
  const refuse = (): never => {
    throw new ReferenceError('gc is not defined');
  };
  expect(findCollector(refuse)).toBeUndefined();
});
