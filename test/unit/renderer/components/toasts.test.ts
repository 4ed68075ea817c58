import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Toasts } from '../../../../src-renderer/components/toasts.svelte.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('leave by themselves, with an action later', () => {
  const toasts = new Toasts();
  toasts.show('saved');
  toasts.show('deleted', { action: { label: 'Undo', run: () => {} } });
  vi.advanceTimersByTime(5001);
  expect(toasts.list.map(({ text }) => text)).toEqual(['deleted']);
  vi.advanceTimersByTime(5000);
  expect(toasts.list).toEqual([]);
});

it('stay while they are looked at', () => {
  const toasts = new Toasts();
  const id = toasts.show('look');
  toasts.hold(id);
  vi.advanceTimersByTime(60_000);
  expect(toasts.list).toHaveLength(1);
  toasts.dismiss(id);
  expect(toasts.list).toEqual([]);
});
