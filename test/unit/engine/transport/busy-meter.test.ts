import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { BusyMeter } from '../../../../src-main/engine/transport/busy-meter.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

/** Wake-ups of `bytes` each, `every` ms apart, for a second. Answers whether one of them was one too many. */
function becomesBusy(bytes: number, every: number): boolean {
  const meter = new BusyMeter();
  let busy = false;
  for (let at = 0; at < 1000; at += every) {
    vi.advanceTimersByTime(every);
    busy ||= meter.woken(bytes);
  }
  return busy;
}

it('takes many bytes in a short time for busy, and neither many small datagrams nor a slow stream', () => {
  expect(becomesBusy(1350, 0.1)).toBe(true);
  expect(becomesBusy(64 << 10, 1)).toBe(true);
  expect(becomesBusy(60, 0.01)).toBe(false);
  expect(becomesBusy(1350, 0.2)).toBe(false);
});

it('goes on collecting until three rounds in a row have brought little', () => {
  const meter = new BusyMeter();
  const rounds = [8192, 100, 100, 8192, 100, 100, 100];
  expect(rounds.map((bytes) => meter.collected(bytes))).toEqual([true, true, true, true, true, true, false]);
});

it('begins to count anew after collecting', () => {
  const meter = new BusyMeter();
  expect(meter.woken(64 << 10)).toBe(true);
  for (let i = 0; i < 3; i++) meter.collected(0);
  expect(meter.woken(1350)).toBe(false);
});
