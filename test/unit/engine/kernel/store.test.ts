import { afterEach, describe, expect, it, vi } from 'vitest';
import { createKernel } from '../../../../src-main/engine/kernel/load.ts';
import { PAGE, SMALL_PAGE, SURE } from '../../../../src-main/engine/kernel/pages.ts';
import { trimWhenIdle } from '../../../../src-main/engine/kernel/trim.ts';
import { Store } from '../../../../src-main/engine/kernel/store.ts';
import { seededRandom } from '../../../support/random.ts';

describe('Store', () => {
  it.each([1, 2, 3])('never lends a byte twice, and ends with everything back, seed %i', (seed) => {
    const kernel = createKernel('plain');
    const { pages, bytes } = kernel;
    const [left, whole] = [pages.left, pages.whole];
    const random = seededRandom(seed);
    const stores = Array.from({ length: 20 }, () => new Store(kernel, 200));
    const blocks: { store: Store; offset: number; size: number; mark: number }[] = [];
    const check = ({ offset, size, mark }: (typeof blocks)[number]): void =>
      expect(bytes[offset] === mark && bytes[offset + size - 1] === mark).toBe(true);
    for (let step = 0; step < 30_000; step++) {
      if (random() < 0.5 + 0.2 * Math.sin(step / 3_000)) {
        const store = stores[Math.floor(random() * stores.length)];
        const size = 1 + Math.floor(random() ** 3 * 1500);
        const offset = store.alloc(size);
        if (offset === 0) continue;
        const mark = step & 255;
        bytes.fill(mark, offset, offset + size);
        blocks.push({ store, offset, size, mark });
      } else if (blocks.length > 0) {
        const at = random() < 0.8 ? Math.floor(random() * Math.min(8, blocks.length)) : blocks.length - 1;
        const [block] = blocks.splice(at, 1);
        check(block);
        block.store.free(block.offset);
      }
    }
    expect(blocks.length).toBeGreaterThan(100);
    expect(stores.reduce((sum, store) => sum + store.held, 0)).toBe(pages.used);
    for (const block of blocks) check(block);
    for (const { store, offset } of blocks) store.free(offset);
    expect([pages.used, pages.left, pages.whole]).toEqual([0, left, whole]);
  });

  it('lets the last block grow where it lies, and no other', () => {
    const kernel = createKernel('plain');
    const store = new Store(kernel, 10);
    const first = store.alloc(100);
    const last = store.alloc(10);
    expect(store.extend(first, 100, 300)).toBe(false);
    expect(store.extend(last, 10, 200)).toBe(true);
    expect(store.alloc(16)).toBe(last + 208);
    expect(store.extend(last, 200, PAGE)).toBe(false);
  });

  it('holds a small page for little, and no more than its share of what is left', () => {
    const kernel = createKernel('plain');
    const little = new Store(kernel, 1000);
    little.alloc(1);
    expect(little.held).toBe(SMALL_PAGE);
    const fill = (): number => {
      const store = new Store(kernel, 1e6);
      while (store.alloc(1300) !== 0);
      return store.held;
    };
    const { left } = kernel.pages;
    const first = fill();
    expect(first - SURE).toBeLessThanOrEqual(left / 2 + PAGE);
    expect(fill()).toBeLessThan(0.6 * first);
    for (let i = 0; i < 40; i++) fill();
    expect(fill()).toBe(SURE);
  });
});

describe('trimWhenIdle', () => {
  afterEach(() => void vi.useRealTimers());

  const KEPT = 4 << 20;
  const rush = (store: Store, bytes: number): number[] => {
    const blocks: number[] = [];
    while (store.held < bytes) blocks.push(store.alloc(1300));
    return blocks;
  };

  it('gives back what has lain idle, each byte once, and none that is held', () => {
    vi.useFakeTimers();
    const kernel = createKernel('plain');
    const runs: [number, number][] = [];
    trimWhenIdle(kernel, (offset, bytes) => void runs.push([offset, bytes]));
    const store = new Store(kernel, 1e6);
    const held = new Store(kernel, 1e6);
    const trimmed = (): number => runs.reduce((sum, [, bytes]) => sum + bytes, 0);
    const blocks = [...rush(store, 10 << 20)];
    const kept = rush(held, 1 << 20);
    blocks.push(...rush(store, 30 << 20));
    for (const block of blocks) store.free(block);
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(60_000);
    expect(vi.getTimerCount()).toBe(0);
    expect(trimmed()).toBe((30 << 20) - KEPT);
    // what is always in use is not idle
    for (let i = 0; i < 10; i++) {
      for (const block of rush(store, KEPT)) store.free(block);
      vi.advanceTimersByTime(2_000);
    }
    expect(trimmed()).toBe((30 << 20) - KEPT);
    runs.sort(([a], [b]) => a - b);
    for (const [i, [offset, bytes]] of runs.entries()) {
      if (i > 0) expect(offset).toBeGreaterThanOrEqual(runs[i - 1][0] + runs[i - 1][1]);
      expect(kept.some((block) => block >= offset && block < offset + bytes)).toBe(false);
    }
    for (const block of rush(store, 30 << 20)) store.free(block);
    vi.advanceTimersByTime(60_000);
    expect(trimmed()).toBe(2 * ((30 << 20) - KEPT));
  });

  it('is left alone while the pages are in use', () => {
    vi.useFakeTimers();
    const kernel = createKernel('plain');
    let trimmed = 0;
    trimWhenIdle(kernel, (_offset, bytes) => void (trimmed += bytes));
    const store = new Store(kernel, 1e6);
    for (let ms = 0; ms < 10_000; ms += 500) {
      for (const block of rush(store, 20 << 20)) store.free(block);
      vi.advanceTimersByTime(500);
    }
    expect(trimmed).toBe(0);
  });
});
