import { describe, expect, it } from 'vitest';
import type { Diagnosis } from '../../../../shared/diagnosis.ts';
import type { TunnelState } from '../../../../shared/state.ts';
import { diagnosisOf } from '../../../../shared/state.ts';
import { stateDetail } from '../../../../src-renderer/features/state/state-words.ts';
import { Locale } from '../../../../shared/words/locale.ts';

const diagnosis: Diagnosis = {
  code: 'no-answer',
  remote: 'vps.example:29900',
  since: 3000,
  checksumErrors: 0,
  likely: ['wrong-key'],
};
const base = { since: 10_000, address: '127.0.0.1:1' };

describe('stateDetail', () => {
  it.each<[TunnelState, string]>([
    [{ kind: 'off' }, ''],
    [{ kind: 'starting', since: 10_000 }, ''],
    [{ kind: 'listening', ...base }, 'nothing tried yet'],
    [{ kind: 'connecting', ...base, attempt: 1, nextTryAt: null, diagnosis: null }, 'for 5 s'],
    [{ kind: 'connecting', ...base, attempt: 2, nextTryAt: 18_500, diagnosis }, 'no answer · try 2 in 4 s'],
    [{ kind: 'connected', ...base }, 'for 5 s'],
    [{ kind: 'reconnecting', ...base, attempt: 3, nextTryAt: null, diagnosis: null }, 'try 3'],
    [{ kind: 'degraded', ...base, why: { code: 'heavy-loss', percent: 30, likely: [] } }, 'heavy loss'],
    [
      {
        kind: 'failed',
        since: 0,
        diagnosis: { code: 'port-in-use', address: ':1', likely: [] },
        nextTryAt: null,
      },
      'port in use',
    ],
    [{ kind: 'failed', since: 0, diagnosis, nextTryAt: 16_000 }, 'no answer, again in 1 s'],
  ])('%j: %s', (state, words) => expect(stateDetail(state, 15_000, new Locale('en'))).toBe(words));
});

it('finds the diagnosis wherever a state keeps it', () => {
  expect(diagnosisOf({ kind: 'degraded', ...base, why: diagnosis })).toBe(diagnosis);
  expect(diagnosisOf({ kind: 'failed', since: 0, diagnosis, nextTryAt: null })).toBe(diagnosis);
  expect(diagnosisOf({ kind: 'connected', ...base })).toBeNull();
});
