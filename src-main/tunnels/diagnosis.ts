import type { EngineErrorCode } from '../engine/errors.ts';
import type { EngineSnapshot, SessionSnapshot, Trouble } from '../../shared/snapshot.ts';
import type { Diagnosis, LikelyCause } from '../../shared/diagnosis.ts';

/** A dial that has not been acknowledged for so many milliseconds is called unanswered. */
export const NO_ANSWER_MS = 4000;

/**
 * A kcptun server drops what it cannot decipher without a word, so a wrong key, a wrong crypt, a blocked port and a
 * server that is down all look the same from here. What tells them apart: datagrams that come and fail their checksum,
 * and a network that says that nobody listens (`refused`).
 */
export function noAnswer(
  remote: string,
  since: number,
  { counters }: EngineSnapshot,
  refused: boolean,
): Diagnosis {
  const checksumErrors = counters.InCsumErrors;
  const likely: LikelyCause[] =
    checksumErrors > 0
      ? ['wrong-key', 'wrong-crypt']
      : refused
        ? ['server-down', 'wrong-address']
        : ['wrong-key', 'wrong-crypt', 'wrong-address', 'server-down', 'udp-blocked'];
  return { code: 'no-answer', remote, since, checksumErrors, likely };
}

/** @param heardAt when the server was last heard, in milliseconds since 1970 */
export const wentQuiet = (remote: string, heardAt: number): Diagnosis => ({
  code: 'went-quiet',
  remote,
  since: heardAt,
  likely: ['server-down', 'offline', 'udp-blocked'],
});

/** Why a session ended for another reason than silence, or the engine did not start. */
export function ofError(code: EngineErrorCode | 'internal', detail: string, subject: string): Diagnosis {
  switch (code) {
    case 'port-in-use':
      return { code: 'port-in-use', address: subject, likely: ['same-port-twice'] };
    case 'listen-failed':
      return { code: 'listen-failed', address: subject, detail, likely: [] };
    case 'resolve-failed':
      return { code: 'resolve-failed', remote: subject, detail, likely: ['offline', 'wrong-address'] };
    case 'smux-version':
      return wrongSmuxVersion(subject);
    case 'smux-protocol':
    case 'snappy-corrupt':
      return { code: 'other', detail, likely: ['wrong-compression', 'wrong-smuxver', 'wrong-qpp'] };
    case 'socket-failed':
      return { code: 'network-down', detail, likely: ['offline'] };
    case 'bad-option':
    case 'unsupported':
      return { code: 'bad-option', detail, likely: [] };
    default:
      return { code: 'other', detail, likely: [] };
  }
}

const wrongSmuxVersion = (remote: string): Diagnosis => ({
  code: 'wrong-smux-version',
  remote,
  likely: ['wrong-smuxver', 'wrong-compression', 'wrong-qpp'],
});

/** The trouble of a session that is still up, the worst first. */
export function ofTroubles(
  { remote, troubles, heardAgo }: SessionSnapshot,
  { at, counters }: EngineSnapshot,
): Diagnosis {
  const has = (trouble: Trouble): boolean => troubles.includes(trouble);
  if (has('wrong-smux-version')) return wrongSmuxVersion(remote);
  if (has('checksum-errors')) {
    return {
      code: 'checksum-errors',
      checksumErrors: counters.InCsumErrors,
      likely: ['wrong-key', 'wrong-crypt'],
    };
  }
  if (has('nothing-heard') || has('refused')) return wentQuiet(remote, heardAt(at, heardAgo));
  const { RetransSegs, OutSegs } = counters;
  const percent = OutSegs > 0 ? Math.round((100 * RetransSegs) / OutSegs) : 0;
  return { code: 'heavy-loss', percent, likely: ['more-parity-needed', 'windows-too-large'] };
}

/** In whole seconds, so that two clocks that are read one after the other do not make news of a silence each time. */
export const heardAt = (now: number, heardAgo: number | null): number =>
  Math.round((now - (heardAgo ?? 0)) / 1000) * 1000;
