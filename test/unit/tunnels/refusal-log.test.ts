import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startRefusalLog } from '../../../src-main/tunnels/refusal-log.ts';

const MINUTE = 60_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('says once a minute what was not let in since, and nothing where that was nothing', () => {
  const refusals = { replayed: 0, crowded: 0, overfull: 0 };
  const lines: string[] = [];
  const stop = startRefusalLog(
    () => refusals,
    (line) => void lines.push(line),
  );
  vi.advanceTimersByTime(MINUTE);
  expect(lines).toEqual([]);
  Object.assign(refusals, { replayed: 1_000, crowded: 7 });
  vi.advanceTimersByTime(MINUTE - 1);
  expect(lines).toEqual([]);
  refusals.replayed = 1_234;
  vi.advanceTimersByTime(5 * MINUTE);
  expect(lines).toEqual([
    'not let in during the last minute: 1234 openings that were seen before, 7 sessions that had proved nothing and made way for newer ones',
  ]);
  refusals.overfull = 1;
  vi.advanceTimersByTime(MINUTE);
  expect(lines[1]).toBe(
    'not let in during the last minute: 1 datagrams beyond what is held for a session that has proved nothing',
  );
  stop();
  expect(vi.getTimerCount()).toBe(0);
});
