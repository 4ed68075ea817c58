import type { EngineErrorCode } from '../engine/errors.ts';
import type { EngineSnapshot, SessionSnapshot, Trouble } from '../../shared/snapshot.ts';
import type { Diagnosis, LikelyCause } from '../../shared/state.ts';

/** A dial that has not been acknowledged for so many milliseconds is called unanswered. */
export const NO_ANSWER_MS = 4000;

/**
 * A kcptun server drops what it cannot decipher without a word, so a wrong key, a wrong crypt, a blocked port and a
 * server that is down all look the same from here. What tells them apart: datagrams that come and fail their checksum,
 * and a network that says that nobody listens (`refused`).
 */
export function noAnswer(snapshot: EngineSnapshot, remote: string, refused: boolean): Diagnosis {
  const checksumErrors = snapshot.counters.InCsumErrors;
  const likely: LikelyCause[] =
    checksumErrors > 0
      ? ['wrong-key', 'wrong-crypt']
      : refused
        ? ['server-down', 'wrong-address']
        : ['wrong-key', 'wrong-crypt', 'wrong-address', 'server-down', 'udp-blocked'];
  return { code: 'no-answer', params: { remote, checksumErrors }, likely };
}

/** Why a session ended or the engine did not start. */
export function ofError(code: EngineErrorCode | 'internal', detail: string, subject: string): Diagnosis {
  switch (code) {
    case 'port-in-use':
      return { code: 'port-in-use', params: { address: subject, detail }, likely: ['same-port-twice'] };
    case 'listen-failed':
      return { code: 'listen-failed', params: { address: subject, detail }, likely: [] };
    case 'resolve-failed':
      return {
        code: 'resolve-failed',
        params: { remote: subject, detail },
        likely: ['offline', 'wrong-address'],
      };
    case 'smux-version':
      return {
        code: 'wrong-smux-version',
        params: { remote: subject, detail },
        likely: ['wrong-smuxver', 'wrong-compression', 'wrong-qpp'],
      };
    case 'smux-protocol':
    case 'snappy-corrupt':
      return {
        code: 'other',
        params: { remote: subject, detail },
        likely: ['wrong-compression', 'wrong-smuxver', 'wrong-qpp'],
      };
    case 'keepalive-timeout':
      return {
        code: 'went-quiet',
        params: { remote: subject, detail },
        likely: ['server-down', 'offline', 'udp-blocked'],
      };
    case 'socket-failed':
      return { code: 'network-down', params: { detail }, likely: ['offline'] };
    case 'bad-option':
    case 'unsupported':
      return { code: 'bad-option', params: { detail }, likely: [] };
    default:
      return { code: 'other', params: { detail }, likely: [] };
  }
}

/** The trouble of a session that is still up, the worst first. */
export function ofTroubles(session: SessionSnapshot, snapshot: EngineSnapshot): Diagnosis {
  const { remote, troubles } = session;
  const has = (trouble: Trouble): boolean => troubles.includes(trouble);
  if (has('wrong-smux-version')) return ofError('smux-version', '', remote);
  if (has('checksum-errors')) {
    const checksumErrors = snapshot.counters.InCsumErrors;
    return { code: 'checksum-errors', params: { checksumErrors }, likely: ['wrong-key', 'wrong-crypt'] };
  }
  if (has('nothing-heard') || has('refused')) {
    return { code: 'went-quiet', params: { remote }, likely: ['server-down', 'offline', 'udp-blocked'] };
  }
  const { RetransSegs, OutSegs } = snapshot.counters;
  const percent = OutSegs > 0 ? Math.round((100 * RetransSegs) / OutSegs) : 0;
  return { code: 'heavy-loss', params: { percent }, likely: ['more-parity-needed', 'windows-too-large'] };
}
