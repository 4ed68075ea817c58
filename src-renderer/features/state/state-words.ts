import { diagnosisOf, type TunnelState } from '../../../shared/state.ts';
import type { Locale } from '../../../shared/words/locale.ts';

const seconds = (from: number, to: number): number => Math.max(0, Math.ceil((to - from) / 1000));

/**
 * The words after the state's own, short enough for the list: why, how long, or when next.
 * @param now milliseconds since 1970
 */
export function stateDetail(state: TunnelState, now: number, locale: Locale): string {
  const t = locale.words;
  const words = t.stateDetail;
  const diagnosis = diagnosisOf(state);
  switch (state.kind) {
    case 'off':
    case 'starting':
      return '';
    case 'listening':
      return words.nothingTried;
    case 'connected':
      return words.for(locale.duration(now - state.since));
    case 'degraded':
      return t.diagnoses[state.why.code].short;
    case 'failed': {
      const { short } = t.diagnoses[state.diagnosis.code];
      return state.nextTryAt === null ? short : `${short}, ${words.againIn(seconds(now, state.nextTryAt))}`;
    }
    case 'connecting':
    case 'reconnecting': {
      const wait = state.nextTryAt === null ? 0 : seconds(now, state.nextTryAt);
      const attempt = wait > 0 ? words.nextTry(state.attempt, wait) : words.attempt(state.attempt);
      if (diagnosis) return `${t.diagnoses[diagnosis.code].short} · ${attempt}`;
      return state.attempt > 1 || wait > 0 ? attempt : words.for(locale.duration(now - state.since));
    }
  }
}
